//! Compiles the contract without protoc.

/// The package of the options that mark fields. The descriptors keep these marks; no code is generated for them.
const MARKS: &str = "google.api";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=signpost");
    println!("cargo::rerun-if-changed=google");
    let mut files = Vec::new();
    for entry in std::fs::read_dir("signpost/v1")? {
        files.push(entry?.path());
    }
    files.sort();
    let mut compiler = protox::Compiler::new(["."])?;
    compiler.include_imports(true).include_source_info(true);
    compiler.open_files(files)?;
    let out = std::path::PathBuf::from(std::env::var("OUT_DIR")?);
    // Written from the bytes that the compiler encodes: they have the marks. The messages of prost-types cannot hold
    // marks.
    std::fs::write(
        out.join("signpost.v1.bin"),
        compiler.encode_file_descriptor_set(),
    )?;
    let mut set = compiler.file_descriptor_set();
    set.file.retain(|file| file.package() != MARKS);
    tonic_prost_build::configure()
        .build_transport(true)
        .codec_path("crate::codec::MessageCodec")
        // In the order of keys: the same message has the same bytes.
        .btree_map(".")
        .compile_fds(set)?;
    Ok(())
}
