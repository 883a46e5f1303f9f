//! Compiles the messages of the store without protoc.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=proto");
    let mut files = Vec::new();
    for entry in std::fs::read_dir("proto/signpost/store/v1")? {
        files.push(entry?.path());
    }
    files.sort();
    let set = protox::compile(files, ["proto"])?;
    tonic_prost_build::configure()
        .build_client(false)
        .build_server(false)
        .compile_fds(set)?;
    Ok(())
}
