//! One question to the language model's server, within bounds.

use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::{Value, json};
use ureq::unversioned::transport::DefaultConnector;

use super::address::{Address, LocalOnly};
use super::prompt::Question;
use super::trouble::Trouble;
use crate::minutes::MinutesError;

const CONNECT: Duration = Duration::from_secs(5);
/// How long a list of models may take.
const LISTING: Duration = Duration::from_secs(10);
/// First pause before a server that failed is asked again; each is twice the one before.
const PAUSE: Duration = Duration::from_millis(500);
/// How long a server may be busy or loading its model: seven billion parameters from a slow disk.
const LOADING: Duration = Duration::from_secs(180);
/// Largest answer read, bytes: a summary has a few thousand.
const LARGEST: u64 = 1 << 20;
/// Largest body read of an answer that is an error, bytes.
const LARGEST_ERROR: u64 = 1 << 16;
/// Most tokens that the model may write; Qwen2.5 took 60 for a sentence with its numbers.
const TOKENS: u32 = 900;
/// No tokeniser makes one token of more bytes of Danish (Qwen2.5: three). A server that says that it
/// read fewer has cut the question short, as Ollama does without a word.
const BYTES_PER_TOKEN: usize = 6;
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
    /// The end is missing.
    pub cut: bool,
}

#[derive(Deserialize)]
struct Completion {
    model: Option<String>,
    choices: Vec<Choice>,
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Usage {
    prompt_tokens: Option<usize>,
}

#[derive(Deserialize)]
struct Choice {
    message: Message,
    finish_reason: Option<String>,
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

    /// The name to ask for: given, or the first that the server lists and that can write, or any.
    pub(super) fn wanted(&self) -> String {
        if let Some(model) = &self.model {
            return model.clone();
        }
        let deadline = Instant::now() + LISTING.min(self.patience);
        let listed = self.patiently(deadline, || self.list(deadline)).unwrap_or_default();
        let writes = |id: &&String| {
            let lower = id.to_lowercase();
            !["embed", "rerank", "whisper", "clip"].iter().any(|other| lower.contains(other))
        };
        let first = listed.iter().find(writes).or(listed.first());
        first.map_or_else(|| "default".to_owned(), |id| name(id))
    }

    fn list(&self, deadline: Instant) -> Result<Vec<String>, Trouble> {
        let request = self.agent.get(&self.address.models).config();
        let request = request.timeout_global(Some(left(deadline)?)).build();
        let body = accepted(request.call().map_err(Trouble::of_transport)?)?;
        let listing: Listing =
            serde_json::from_slice(&body).map_err(|_| Trouble::Nonsense("no list of models"))?;
        Ok(listing.data.into_iter().map(|listed| listed.id).collect())
    }

    /// Asks, and again where that may help: a busy server, or one that knows no schemas.
    pub(super) fn ask(
        &self,
        model: &str,
        question: &Question,
        deadline: Instant,
    ) -> Result<Answer, Trouble> {
        self.patiently(deadline, || match self.post(&body(model, question, true), deadline) {
            Err(Trouble::Status(400 | 404 | 415 | 422 | 501)) => {
                self.post(&body(model, question, false), deadline)
            }
            other => other,
        })
    }

    /// Waits while the server is busy or loads its model (429, 503), and forgives one other failure.
    fn patiently<T>(
        &self,
        deadline: Instant,
        ask: impl Fn() -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        let loaded = deadline.min(Instant::now() + LOADING);
        let mut pause = PAUSE;
        let mut forgiven = false;
        loop {
            let failed = match ask() {
                Err(Trouble::Status(status @ (429 | 500..=599))) => status,
                other => return other,
            };
            let again = matches!(failed, 429 | 503) || !forgiven;
            forgiven = true;
            if !again || Instant::now() + pause >= loaded {
                return Err(Trouble::Status(failed));
            }
            std::thread::sleep(pause);
            pause = pause.saturating_mul(2);
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
            .map_err(Trouble::of_transport)?;
        let completion: Completion = serde_json::from_slice(&accepted(response)?)
            .map_err(|_| Trouble::Nonsense("no completion"))?;
        let read = completion.usage.and_then(|usage| usage.prompt_tokens).unwrap_or(0);
        if read > 0 && read < material(body) / BYTES_PER_TOKEN {
            return Err(Trouble::Context);
        }
        let choice = completion.choices.into_iter().next();
        let choice = choice.ok_or(Trouble::Nonsense("no completion"))?;
        let cut = choice.finish_reason.as_deref() == Some("length");
        let content = choice.message.content.filter(|content| !content.trim().is_empty());
        let missing = if cut { Trouble::Unfinished } else { Trouble::Nonsense("it was empty") };
        let asked = body.get("model").and_then(Value::as_str).unwrap_or_default();
        let model = shown(completion.model.as_deref().unwrap_or(asked));
        Ok(Answer { model, content: content.ok_or(missing)?, cut })
    }
}

/// The body of an answer that is none of trouble.
fn accepted(response: ureq::http::Response<ureq::Body>) -> Result<Vec<u8>, Trouble> {
    let status = response.status();
    if status.is_redirection() {
        return Err(Trouble::Redirect);
    }
    let limit = if status == 200 { LARGEST } else { LARGEST_ERROR };
    let read = response.into_body().into_with_config().limit(limit).read_to_vec();
    if status != 200 {
        return Err(Trouble::of_status(status.as_u16(), &read.unwrap_or_default()));
    }
    read.map_err(Trouble::of_transport)
}

/// Bytes of the messages of a question.
fn material(body: &Value) -> usize {
    let messages = body.get("messages").and_then(Value::as_array).into_iter().flatten();
    messages.filter_map(|one| one.get("content")?.as_str()).map(str::len).sum()
}

fn left(deadline: Instant) -> Result<Duration, Trouble> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left < Duration::from_millis(10) { Err(Trouble::Slow) } else { Ok(left) }
}

/// A name on one line, not long.
fn name(reported: &str) -> String {
    let clean = reported.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect::<String>();
    clean.trim().to_owned()
}

/// A name as it may be published: llama.cpp names a model by its place on the disk.
fn shown(reported: &str) -> String {
    let is_place = reported.starts_with(['/', '.', '~']) || reported.contains('\\');
    let file = reported.rsplit(['/', '\\']).next().filter(|_| is_place);
    name(file.unwrap_or(reported))
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
