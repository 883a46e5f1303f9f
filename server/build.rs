//! Generates the Rust code of the stored messages from `proto`. It does not need protoc.

#[path = "build/written.rs"]
mod written;

const PACKAGE: &str = "signpost.store.v1";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=proto");
    println!("cargo::rerun-if-changed=build");
    let mut files = Vec::new();
    for entry in std::fs::read_dir("proto/signpost/store/v1")? {
        files.push(entry?.path());
    }
    files.sort();
    let mut compiler = protox::Compiler::new(["proto"])?;
    compiler.include_imports(true).open_files(files)?;
    let out = std::path::PathBuf::from(std::env::var("OUT_DIR")?);
    let written = written::code(&compiler.descriptor_pool(), PACKAGE)?;
    std::fs::write(out.join(format!("{PACKAGE}.written.rs")), written)?;
    // For stored messages as JSON.
    std::fs::write(
        out.join(format!("{PACKAGE}.bin")),
        compiler.encode_file_descriptor_set(),
    )?;
    tonic_prost_build::configure()
        .build_client(false)
        .build_server(false)
        .compile_fds(compiler.file_descriptor_set())?;
    Ok(())
}
