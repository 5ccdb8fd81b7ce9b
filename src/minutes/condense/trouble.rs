//! Why the language model's server gave no answer, or none that is whole.

use serde_json::Value;

/// Why there is no answer. Nothing of the server's own words is in it: warnings are published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Trouble {
    /// Nobody there; asking again is no use.
    Unreachable(String),
    /// It wants a key or a password.
    Denied,
    /// It has no model of that name.
    NoModel,
    Slow,
    Status(u16),
    Redirect,
    TooLarge,
    /// The question is longer than what the server lets the model read.
    Context,
    /// The model was cut off before the end of its answer.
    Unfinished,
    Nonsense(&'static str),
    /// An answer as asked for, without a sentence in it.
    Empty,
}

impl Trouble {
    /// Whether no other question to this server can fare better.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Unreachable(_) | Self::Denied | Self::NoModel)
    }

    /// What a status says, together with the body that came with it. llama.cpp: `{"error": {"type":
    /// "exceed_context_size_error"}}`; vLLM: `maximum context length`; Ollama and vLLM answer 404 for
    /// a model that they don't have, others for a path that they don't know.
    pub fn of_status(status: u16, body: &[u8]) -> Self {
        let words = error_words(body);
        let has = |all: &[&str]| all.iter().all(|word| words.contains(word));
        match status {
            401 | 403 | 407 => Self::Denied,
            400 | 413 | 422 | 500
                if has(&["context", "exceed"])
                    || has(&["context", "length"])
                    || has(&["context", "size"])
                    || has(&["context", "window"]) =>
            {
                Self::Context
            }
            404 if has(&["model", "not found"]) || has(&["model", "does not exist"]) => {
                Self::NoModel
            }
            _ => Self::Status(status),
        }
    }

    pub fn of_transport(error: ureq::Error) -> Self {
        match error {
            ureq::Error::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve) => {
                Self::Unreachable("no connection".to_owned())
            }
            ureq::Error::Timeout(_) => Self::Slow,
            ureq::Error::BodyExceedsLimit(_) => Self::TooLarge,
            ureq::Error::HostNotFound => Self::Unreachable("no such host".to_owned()),
            ureq::Error::ConnectionFailed => Self::Unreachable("no connection".to_owned()),
            ureq::Error::Io(error) if error.kind() == std::io::ErrorKind::TimedOut => Self::Slow,
            ureq::Error::Io(error) => Self::Unreachable(error.to_string()),
            _ => Self::Nonsense("no HTTP"),
        }
    }
}

/// What an error's body says, in small letters: `{"error": {"message": …, "type": …}}`, `{"error":
/// …}`, `{"message": …}`.
fn error_words(body: &[u8]) -> String {
    let Ok(value) = serde_json::from_slice::<Value>(body) else { return String::new() };
    let error = value.get("error").unwrap_or(&value);
    let fields = ["message", "type", "code"].map(|field| error.get(field).unwrap_or(&Value::Null));
    let told: Vec<&str> = fields.iter().chain([&error]).filter_map(|one| one.as_str()).collect();
    told.join(" ").to_lowercase()
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unreachable(reason) => write!(to, "the server cannot be reached ({reason})"),
            Self::Denied => write!(to, "the server wants a key, and none can be given"),
            Self::NoModel => {
                write!(
                    to,
                    "the server has no model of that name; give one that it has with --llm-model"
                )
            }
            Self::Slow => write!(to, "the server took too long; --llm-timeout gives it more time"),
            Self::Status(status) => write!(to, "the server answered with status {status}"),
            Self::Redirect => {
                write!(to, "the server sent us to another address, where we don't go")
            }
            Self::TooLarge => write!(to, "the answer was too large"),
            Self::Context => write!(
                to,
                "the server lets the model read too little at once; set its context to 8192 tokens \
                 (llama.cpp: -c, Ollama: OLLAMA_CONTEXT_LENGTH, vLLM: --max-model-len)"
            ),
            Self::Unfinished => write!(
                to,
                "it was cut off before its answer was whole; a model that thinks aloud must have \
                 that turned off"
            ),
            Self::Empty => write!(to, "it wrote no sentence"),
            Self::Nonsense(what) => write!(to, "the answer made no sense ({what})"),
        }
    }
}
