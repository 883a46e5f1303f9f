//! Compiles the contract without protoc.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=signpost");
    let mut files = Vec::new();
    for entry in std::fs::read_dir("signpost/v1")? {
        files.push(entry?.path());
    }
    files.sort();
    let mut compiler = protox::Compiler::new(["."])?;
    compiler.include_imports(true).include_source_info(true);
    compiler.open_files(files)?;
    let out = std::path::PathBuf::from(std::env::var("OUT_DIR")?);
    // Encoded by the compiler itself, which keeps our own options.
    let encoded = compiler.encode_file_descriptor_set();
    std::fs::write(out.join("signpost.v1.bin"), encoded)?;
    let set = compiler.file_descriptor_set();
    tonic_prost_build::configure()
        .build_transport(true)
        // In the order of keys: the same message has the same bytes.
        .btree_map(".")
        .compile_fds(set)?;
    Ok(())
}
