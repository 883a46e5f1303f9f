//! `signpost`: the command line of Signpost.

mod cli;

/// The same allocator as in `signpostd`: `send` makes and drops many small messages.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    cli::main()
}
