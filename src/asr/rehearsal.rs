//! An engine without a model: rehearses the process around the real one.

use super::engine::{Decoded, Decoding, Engine, EngineError, Session, Token, Utterance};
use crate::meeting::SpeechWindow;

/// Says `Vindue N.` for window N.
pub(super) struct Rehearsal;

impl Engine for Rehearsal {
    fn session(&self) -> Result<Box<dyn Session + '_>, EngineError> {
        Ok(Box::new(Self))
    }
}

impl Session for Rehearsal {
    fn decode(&mut self, window: &SpeechWindow, _: &Decoding) -> Result<Decoded, EngineError> {
        let length = window.span.duration();
        let token = |text: &str, end: f64| Token {
            bytes: text.as_bytes().to_vec(),
            probability: 1.0,
            end: Some(end),
        };
        let tokens = vec![
            token(" Vindue", length / 2.0),
            token(&format!(" {}", window.index), length),
            token(".", length),
        ];
        let utterances = vec![Utterance { start: 0.0, end: length, no_speech: 0.0, tokens }];
        Ok(Decoded { utterances, temperature: 0.0, attempts: 1 })
    }
}
