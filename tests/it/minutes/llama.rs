//! Summaries by a real model, when one is served: `scripts/llm` in one terminal, and
//! `REFERENT_TEST_LLM=http://127.0.0.1:8080 cargo test --test it minutes::llama` in another.

use std::time::Duration;

use referent::danish::parties::Register;
use referent::eval::grounding::unsupported;
use referent::meeting::{Severity, Wording};
use referent::minutes::LanguageModel;
use referent::minutes::grounding::{Cited, Grounds, check};

use super::condense::{Meeting, codes, meeting};
use super::*;

#[test]
fn what_a_real_model_writes_is_kept_only_when_it_was_said() {
    let Ok(url) = std::env::var("REFERENT_TEST_LLM") else {
        println!("skipped: REFERENT_TEST_LLM names no server of a language model");
        return;
    };
    let Meeting { transcript, agenda, alignment } = meeting();
    let model = LanguageModel::at(&url, None, false, Duration::from_secs(900)).unwrap();
    let draft = minutes::draft(&transcript, &agenda, &alignment).value;
    let outcome = minutes::condense(draft, &transcript, &agenda, &alignment, &model);
    assert!(!codes(&outcome, Severity::Attention).contains(&"llm-given-up"), "{outcome:?}");
    let register = Register::national();
    let mut told = 0;
    for item in &outcome.value.items {
        assert!(!item.closed || item.condensed.is_none());
        told +=
            item.condensed.iter().map(|one| one.kept as usize + one.dropped.len()).sum::<usize>();
        for one in item.summary.iter().filter(|one| one.wording == Wording::Model) {
            let said = one.evidence.segments.iter().filter_map(|id| transcript.segment(*id));
            let said: Vec<String> = said.map(|segment| segment.text.clone()).collect();
            let grounds = Grounds {
                cited: said.iter().map(|text| Cited { text, speaker: None }).collect(),
                title: &item.title,
                item: Some(item),
                members: &agenda.members,
                register: &register,
            };
            assert_eq!(check(&one.text, &grounds), [], "{one:?}");
            assert_eq!(unsupported(&one.text, &said, &item.title), [], "{one:?}");
        }
    }
    assert!(told > 0, "{outcome:?}");
}
