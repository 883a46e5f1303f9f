//! Compiles the contract without protoc.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=signpost");
    let mut files = Vec::new();
    for entry in std::fs::read_dir("signpost/v1")? {
        files.push(entry?.path());
    }
    files.sort();
    let set = protox::compile(files, ["."])?;
    let out = std::path::PathBuf::from(std::env::var("OUT_DIR")?);
    std::fs::write(
        out.join("signpost.v1.bin"),
        prost::Message::encode_to_vec(&set),
    )?;
    tonic_prost_build::configure()
        .build_transport(true)
        // In the order of keys: the same message has the same bytes.
        .btree_map(".")
        .compile_fds(set)?;
    Ok(())
}
