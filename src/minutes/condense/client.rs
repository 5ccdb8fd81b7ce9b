//! One question to the language model's server, within bounds.

use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::{Value, json};
use ureq::unversioned::transport::DefaultConnector;

use super::address::{Address, LocalOnly};
use super::prompt::Question;
use crate::minutes::MinutesError;

const CONNECT: Duration = Duration::from_secs(5);
/// How long a list of models may take.
const LISTING: Duration = Duration::from_secs(10);
/// Pause before the one retry of a server that is busy or still loading its model.
const PAUSE: Duration = Duration::from_secs(2);
/// Largest answer read, bytes: a summary has a few thousand.
const LARGEST: u64 = 1 << 20;
/// Most tokens that the model may write.
const TOKENS: u32 = 900;
/// Any number: the same one gives the same words again.
const SEED: u32 = 1;
/// Longest name of a model, letters.
const LONGEST_NAME: usize = 100;

/// A language model on the premises, behind an OpenAI-compatible server (llama.cpp, Ollama, vLLM).
#[derive(Debug, Clone)]
pub struct LanguageModel {
    agent: ureq::Agent,
    address: Address,
    model: Option<String>,
    /// Longest time for one agenda item.
    pub(super) patience: Duration,
}

/// What a model wrote.
#[derive(Debug)]
pub(super) struct Answer {
    /// As the server reported it.
    pub model: String,
    pub content: String,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Trouble {
    /// Nobody there; asking again is no use.
    Unreachable(String),
    Slow,
    Status(u16),
    Redirect,
    TooLarge,
    Nonsense(&'static str),
    /// An answer as asked for, without a sentence in it.
    Empty,
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unreachable(reason) => write!(to, "the server cannot be reached ({reason})"),
            Self::Slow => write!(to, "the server took too long"),
            Self::Status(status) => write!(to, "the server answered with status {status}"),
            Self::Redirect => {
                write!(to, "the server sent us to another address, where we don't go")
            }
            Self::TooLarge => write!(to, "the answer was too large"),
            Self::Empty => write!(to, "it wrote no sentence"),
            Self::Nonsense(what) => write!(to, "the answer made no sense ({what})"),
        }
    }
}

#[derive(Deserialize)]
struct Completion {
    model: Option<String>,
    choices: Vec<Choice>,
}

#[derive(Deserialize)]
struct Choice {
    message: Message,
}

#[derive(Deserialize)]
struct Message {
    content: Option<String>,
}

#[derive(Deserialize)]
struct Listing {
    data: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    id: String,
}

impl LanguageModel {
    /// The model behind `url`: `http://host:port`, with or without `/v1`. `model` is the name to ask
    /// for, else the server's first. Only addresses on this machine or the local network are taken,
    /// unless `remote`; redirects are never followed, and without `remote` no proxy is used.
    /// `patience` bounds the time spent on one agenda item.
    ///
    /// # Errors
    /// When the address makes no sense, or lies outside the house.
    pub fn at(
        url: &str,
        model: Option<&str>,
        remote: bool,
        patience: Duration,
    ) -> Result<Self, MinutesError> {
        let address = Address::parse(url, remote)?;
        let builder = ureq::Agent::config_builder()
            .timeout_connect(Some(CONNECT))
            .timeout_resolve(Some(CONNECT))
            .timeout_global(Some(patience))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .tls_config(
                ureq::tls::TlsConfig::builder()
                    .root_certs(ureq::tls::RootCerts::PlatformVerifier)
                    .build(),
            );
        let agent = if remote {
            builder.build().new_agent()
        } else {
            let config = builder.proxy(None).build();
            ureq::Agent::with_parts(config, DefaultConnector::default(), LocalOnly::default())
        };
        let model = model.map(name);
        Ok(Self { agent, address, model, patience })
    }

    /// The name to ask for: given, or the first that the server lists, or any.
    pub(super) fn wanted(&self) -> String {
        if let Some(model) = &self.model {
            return model.clone();
        }
        let listed = self
            .agent
            .get(&self.address.models)
            .config()
            .timeout_global(Some(LISTING.min(self.patience)))
            .build()
            .call();
        let body = listed.ok().filter(|response| response.status() == 200).and_then(|response| {
            response.into_body().into_with_config().limit(LARGEST).read_to_vec().ok()
        });
        body.and_then(|bytes| serde_json::from_slice::<Listing>(&bytes).ok())
            .and_then(|listing| listing.data.into_iter().next())
            .map_or_else(|| "default".to_owned(), |first| name(&first.id))
    }

    /// Asks, and once more where that may help: a busy server, or one that knows no schemas.
    pub(super) fn ask(
        &self,
        model: &str,
        question: &Question,
        deadline: Instant,
    ) -> Result<Answer, Trouble> {
        match self.post(&body(model, question, true), deadline) {
            Err(Trouble::Status(400 | 404 | 415 | 422 | 501)) => {
                self.post(&body(model, question, false), deadline)
            }
            Err(Trouble::Status(429 | 500..=599)) => {
                std::thread::sleep(PAUSE.min(left(deadline)?));
                self.post(&body(model, question, true), deadline)
            }
            other => other,
        }
    }

    fn post(&self, body: &Value, deadline: Instant) -> Result<Answer, Trouble> {
        let bytes = serde_json::to_vec(body).map_err(|_| Trouble::Nonsense("our own question"))?;
        let response = self
            .agent
            .post(&self.address.chat)
            .config()
            .timeout_global(Some(left(deadline)?))
            .build()
            .header("content-type", "application/json")
            .send(&bytes[..])
            .map_err(trouble)?;
        let status = response.status();
        if status.is_redirection() {
            return Err(Trouble::Redirect);
        }
        if status != 200 {
            return Err(Trouble::Status(status.as_u16()));
        }
        let read = response.into_body().into_with_config().limit(LARGEST).read_to_vec();
        let completion: Completion = serde_json::from_slice(&read.map_err(trouble)?)
            .map_err(|_| Trouble::Nonsense("no completion"))?;
        let content = completion
            .choices
            .into_iter()
            .next()
            .and_then(|choice| choice.message.content)
            .filter(|content| !content.trim().is_empty())
            .ok_or(Trouble::Nonsense("it was empty"))?;
        let asked = body.get("model").and_then(Value::as_str).unwrap_or_default();
        let model = name(completion.model.as_deref().unwrap_or(asked));
        Ok(Answer { model, content })
    }
}

fn left(deadline: Instant) -> Result<Duration, Trouble> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left < Duration::from_millis(10) { Err(Trouble::Slow) } else { Ok(left) }
}

fn trouble(error: ureq::Error) -> Trouble {
    match error {
        ureq::Error::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve) => {
            Trouble::Unreachable("no connection".to_owned())
        }
        ureq::Error::Timeout(_) => Trouble::Slow,
        ureq::Error::BodyExceedsLimit(_) => Trouble::TooLarge,
        ureq::Error::HostNotFound => Trouble::Unreachable("no such host".to_owned()),
        ureq::Error::ConnectionFailed => Trouble::Unreachable("no connection".to_owned()),
        ureq::Error::Io(error) if error.kind() == std::io::ErrorKind::TimedOut => Trouble::Slow,
        ureq::Error::Io(error) => Trouble::Unreachable(error.to_string()),
        _ => Trouble::Nonsense("no HTTP"),
    }
}

/// A name as it may be shown: one line, not long.
fn name(reported: &str) -> String {
    let clean = reported.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect::<String>();
    clean.trim().to_owned()
}

fn body(model: &str, question: &Question, schema: bool) -> Value {
    let mut body = json!({
        "model": model,
        "messages": [
            { "role": "system", "content": question.rules },
            { "role": "user", "content": question.material },
        ],
        "temperature": 0,
        "seed": SEED,
        "max_tokens": TOKENS,
        "stream": false,
    });
    if schema && let Some(fields) = body.as_object_mut() {
        fields.insert("response_format".to_owned(), question.form());
    }
    body
}
