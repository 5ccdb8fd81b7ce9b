//! What can stop the minutes.

use std::net::IpAddr;

use thiserror::Error;

use crate::meeting::{Fault, Faulty};

/// An error in how a language model was asked for. Everything that goes wrong later is a warning:
/// the minutes stand without it.
#[derive(Debug, Error)]
pub enum MinutesError {
    /// The address makes no sense.
    #[error(
        "{url} is no address of a language model: {reason}. Give something like \
         http://127.0.0.1:8080"
    )]
    Address {
        /// As given, cut short.
        url: String,
        reason: &'static str,
    },
    /// The address lies outside the house.
    #[error(
        "the language model at {host} ({address}) is not on this machine or the local network: what \
         was said at the meeting, names and political opinions with it, would leave the building. \
         Run the model on the premises, or ask your data protection officer, make an agreement with \
         whoever runs it (databehandleraftale), and then give --llm-remote-ok"
    )]
    NotLocal { host: String, address: IpAddr },
}

impl Faulty for MinutesError {
    fn fault(&self) -> Fault {
        Fault::Usage
    }
}
