//! The `referent` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    referent::cli::main()
}
