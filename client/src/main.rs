//! `signpost`: the command line of Signpost.

mod cli;

/// As `signpostd` has it: `send` makes and drops many small messages.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    cli::main()
}
