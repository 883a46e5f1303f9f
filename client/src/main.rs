//! `signpost`: the command line of Signpost.

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}
