//! Keeps invented text out: loops are decoded again, and what stays bad is flagged, never deleted.

use super::crowd;
use super::engine::{Decoded, Decoding, EngineError, Session};
use super::halves::{better, halves, trusted};
use super::loops::{Judgement, echoes, judge};
use super::opinion::{self, Doubt};
use super::phantoms;
use super::words::{self, Heard};
use crate::meeting::{
    Flag, FlagKind, Segment, SpeechWindow, TimeSpan, WindowText, WindowVerdict, Word,
};

/// Below this share of voice under a segment, "little voice" is meant.
const LITTLE_VOICE: f64 = 0.5;
/// Share of voice below which any text is invented.
const NO_VOICE: f64 = 0.1;
/// The engine's own probability of silence that counts as little voice (OpenAI's Whisper).
const NO_SPEECH: f32 = 0.6;
/// Words in a row from the prompt that make a leak.
const LEAK: usize = 6;
/// Seconds of voice from which a window without any text is tried again without the prompt.
const UNHEARD: f64 = 3.0;
/// A decoding of crowded sound (`crowd`) whose words have a lower mean probability (geometric) is looked
/// at again. What `base` wrote over three people who pass by, talking, had 0.24 to 0.53. One voice is not
/// asked for more: on accented speech `base` has 0.3 to 0.7, and there it mishears but does not invent.
const POOR: f64 = 0.75;
/// More words for each second of voice than this are looked at again: see [`SLOWEST`].
const FASTEST: f64 = 4.5;
/// Fewer words for each second of voice than this are looked at again. Measured: read Danish has 2.6
/// to 3.9, council speech 1.6 to 3.8, and what `base` writes over eight voices at once 1.1.
const SLOWEST: f64 = 1.3;
/// What a window is decoded with until the text is good: as usual; with a wide search and without the
/// prompt, which can start a loop; then by sampling, which breaks one. The engine raises the temperature
/// by itself only the first time: over noise all six temperatures fail, at 26 hypotheses a try.
const DECODINGS: [Decoding; 3] = [
    Decoding::FIRST,
    Decoding { temperature: 0.0, beam: 5, prompt: false, fallback: false },
    Decoding { temperature: 0.4, beam: 1, prompt: false, fallback: false },
];
/// A decoding with what speaks against it.
struct Take {
    badness: f64,
    heard: Vec<Heard>,
    judgement: Judgement,
    temperature: f32,
}

/// Recognises a window, tries again while the text is bad, and flags what stays so. `prompt` is the
/// text that the session was given as prompt.
///
/// # Errors
/// When the engine fails on the first try; later failures leave the text of the tries before.
pub fn recognise(
    session: &mut dyn Session,
    window: &SpeechWindow,
    prompt: &str,
) -> Result<WindowText, EngineError> {
    let text = recognise_together(session, &[window], prompt).pop();
    text.unwrap_or_else(|| Err(EngineError("nothing was decoded".to_owned())))
}

/// Recognises several windows, each as [`recognise`] would; each kind of decoding is made for all of them
/// together that need it. What stays bad is recognised once more in two halves.
pub(super) fn recognise_together(
    session: &mut dyn Session,
    windows: &[&SpeechWindow],
    prompt: &str,
) -> Vec<Result<WindowText, EngineError>> {
    let prompt: Vec<String> = split(prompt);
    let whole = recognise_whole(session, windows, &prompt, false, &DECODINGS);
    let parts: Vec<Option<[SpeechWindow; 2]>> = whole
        .iter()
        .zip(windows)
        .map(|(whole, window)| {
            whole.as_ref().ok().filter(|whole| whole.bad).and_then(|_| halves(window))
        })
        .collect();
    let again: Vec<&SpeechWindow> = parts.iter().flatten().flatten().collect();
    // What speaks against the whole speaks against its halves, so they are asked about again, too.
    let mut again = recognise_halves(session, &again, &prompt).into_iter();
    let texts = whole.into_iter().zip(&parts).map(|(whole, parts)| {
        let text = whole?.text;
        if parts.is_none() {
            return Ok(text);
        }
        match (again.next(), again.next()) {
            (Some(Ok(first)), Some(Ok(second))) => Ok(better(text, [first.text, second.text])),
            _ => Ok(text),
        }
    });
    texts.collect()
}

/// Recognises halves of windows. One clear voice that mumbles may come out another way each time although
/// nothing in its text is wrong: then a wide search may find what stays the same.
fn recognise_halves(
    session: &mut dyn Session,
    halves: &[&SpeechWindow],
    prompt: &[String],
) -> Vec<Result<Whole, EngineError>> {
    let mut all = recognise_whole(session, halves, prompt, true, &DECODINGS);
    let is_open = |(half, window): (&Result<Whole, _>, &&SpeechWindow)| {
        let unstable = |half: &Whole| half.bad && half.text.rejected.is_empty();
        half.as_ref().is_ok_and(unstable) && crowd::is_one_voice(window)
    };
    let open: Vec<usize> = (0..all.len()).filter(|&at| is_open((&all[at], &halves[at]))).collect();
    let windows: Vec<&SpeechWindow> = open.iter().map(|&at| halves[at]).collect();
    let wide = recognise_whole(session, &windows, prompt, true, &DECODINGS[1..2]);
    for (at, wide) in open.into_iter().zip(wide) {
        let (Ok(first), Ok(mut wide)) = (&mut all[at], wide) else { continue };
        wide.text.attempts += first.text.attempts;
        if !wide.bad && trusted(&wide.text) > trusted(&first.text) {
            wide.text.rejected.insert(0, "decoded again the text was another".to_owned());
            *first = wide;
        } else {
            first.text.attempts = wide.text.attempts;
            first.text.rejected.append(&mut wide.text.rejected);
        }
    }
    all
}

/// A window's text, and whether something speaks against it.
struct Whole {
    text: WindowText,
    bad: bool,
}

/// Recognises windows, each in one, by the first of the `decodings` that gives good text; of those that are
/// `doubted` all are asked about a second time.
fn recognise_whole(
    session: &mut dyn Session,
    windows: &[&SpeechWindow],
    prompt: &[String],
    doubted: bool,
    decodings: &[Decoding],
) -> Vec<Result<Whole, EngineError>> {
    let mut cases: Vec<Case> = windows.iter().map(|window| Case::new(window)).collect();
    cases.iter_mut().for_each(|case| case.doubted = doubted);
    for decoding in decodings {
        let mut open: Vec<&mut Case> = cases.iter_mut().filter(|case| !case.settled).collect();
        let windows: Vec<&SpeechWindow> = open.iter().map(|case| case.window).collect();
        let all = decode_each(session, &windows, decoding);
        for (case, decoded) in open.iter_mut().zip(all) {
            match decoded {
                Ok(decoded) => case.weigh(&decoded, decoding, prompt),
                Err(error) => case.fail(error),
            }
        }
    }
    let mut doubted = Vec::new();
    let mut doubts = Vec::new();
    for case in &mut cases {
        if let Some(own) = case.doubtful(prompt) {
            doubts.push(Doubt { window: case.window, own });
            doubted.push(case);
        }
    }
    let opinions = opinion::ask(session, &doubts);
    for (case, opinion) in doubted.into_iter().zip(opinions) {
        case.attempts += opinion.decodings;
        case.unstable = opinion.unstable(crowd::is_one_voice(case.window));
    }
    let whole = |case: Case| {
        let bad =
            case.unstable.is_some() || case.best.as_ref().is_some_and(|best| best.badness > 0.0);
        Ok(Whole { text: case.text(prompt)?, bad })
    };
    cases.into_iter().map(whole).collect()
}

/// Decodes windows together. An error that they share is given for each of those that it strikes when they
/// are decoded alone.
pub(super) fn decode_each(
    session: &mut dyn Session,
    windows: &[&SpeechWindow],
    decoding: &Decoding,
) -> Vec<Result<Decoded, EngineError>> {
    if let &[window] = windows {
        return vec![session.decode(window, decoding)];
    }
    match session.decode_together(windows, decoding) {
        Ok(all) if all.len() == windows.len() => all.into_iter().map(Ok).collect(),
        _ => windows.iter().map(|window| session.decode(window, decoding)).collect(),
    }
}

/// A window on its way through the guard.
struct Case<'a> {
    window: &'a SpeechWindow,
    /// Seconds of voice.
    voice: f64,
    attempts: u32,
    rejected: Vec<String>,
    /// Whether a decoding went round in circles, or it is part of a window that stayed bad.
    doubted: bool,
    best: Option<Take>,
    /// Why nothing could be decoded.
    failure: Option<EngineError>,
    /// Whether it needs no other decoding.
    settled: bool,
    /// Why the text is not believed although nothing in it shows that it is invented.
    unstable: Option<String>,
}

impl<'a> Case<'a> {
    fn new(window: &'a SpeechWindow) -> Self {
        Self {
            window,
            voice: window.voiced.iter().map(TimeSpan::duration).sum(),
            attempts: 0,
            rejected: Vec::new(),
            doubted: false,
            best: None,
            failure: None,
            settled: false,
            unstable: None,
        }
    }

    fn fail(&mut self, error: EngineError) {
        self.failure.get_or_insert(error);
        self.settled = true;
    }

    /// Looks at a decoding, and keeps it if it is the best so far.
    fn weigh(&mut self, decoded: &Decoded, decoding: &Decoding, prompt: &[String]) {
        self.attempts += decoded.attempts;
        let heard = words::hear(decoded, self.window);
        let segments: Vec<&Segment> = heard.iter().map(|heard| &heard.segment).collect();
        let judgement = judge(&segments, &self.window.voiced);
        let leaked = heard.iter().any(|heard| leaks(heard, self.window, prompt));
        let unheard = heard.is_empty() && self.voice >= UNHEARD;
        let missing = missing(&heard, self.voice);
        let (badness, complaint) = match &judgement {
            Judgement::Fine if unheard => (0.5, "no text although there is voice"),
            Judgement::Fine if missing > 0.0 => (missing / 2.0, "too few words for the voice"),
            Judgement::Fine if leaked => (0.2, "the prompt's own words"),
            Judgement::Fine => (0.0, ""),
            Judgement::Loop { from, to, reason } => (1.0 + (to - from) as f64, reason.as_str()),
            Judgement::TooFast { reason } => (1.0, reason.as_str()),
        };
        if badness > 0.0 {
            self.rejected.push(format!("temperature {:.1}: {complaint}", decoded.temperature));
        }
        self.doubted |= badness >= 1.0;
        // A text that is missing or leaks the prompt deserves one other try, not the sampling.
        self.settled = badness == 0.0 || (badness < 1.0 && !decoding.prompt);
        if self.best.as_ref().is_none_or(|best| badness < best.badness) {
            let temperature = decoded.temperature;
            self.best = Some(Take { badness, heard, judgement, temperature });
        }
    }

    /// The text that is to be compared with a second opinion, if one is needed: none could change anything
    /// where all is withheld anyhow. Of a window in which the decoder went round, what it wrote before and
    /// after is to be trusted only when another decoding has it, too (`base` on eight voices at once: every
    /// window a loop, and 61 words beside the loops).
    fn doubtful(&self, prompt: &[String]) -> Option<String> {
        let take = self.best.as_ref()?;
        match &take.judgement {
            Judgement::Fine => {
                let heard = &take.heard;
                let suspicious = self.doubted || is_suspicious(take, self);
                let open = |heard: &Heard| invention(heard, self.window, prompt).is_none();
                let open = heard.is_empty() || heard.iter().any(open);
                (suspicious && open).then(|| text_of(heard))
            }
            Judgement::Loop { from, to, .. } => beside(&take.heard, *from, *to),
            Judgement::TooFast { .. } => None,
        }
    }

    fn text(self, prompt: &[String]) -> Result<WindowText, EngineError> {
        let window = self.window;
        let Some(take) = self.best else {
            let nothing = || EngineError("nothing was decoded".to_owned());
            return Err(self.failure.unwrap_or_else(nothing));
        };
        let segments = flag(take.heard, &take.judgement, self.unstable.as_deref(), window, prompt);
        let quarantined = segments.iter().any(Segment::is_withheld);
        let unheard = (segments.is_empty() && self.voice >= UNHEARD).then(|| Flag {
            kind: FlagKind::LowConfidence,
            reason: format!("{:.0} s of voice gave no text", self.voice),
        });
        Ok(WindowText {
            index: window.index,
            span: window.span,
            verdict: if quarantined {
                WindowVerdict::Quarantined
            } else {
                WindowVerdict::Recognised
            },
            segments,
            attempts: self.attempts,
            temperature: f64::from(take.temperature),
            rejected: self.rejected,
            flags: unheard.into_iter().collect(),
        })
    }
}

/// Whether a text without a visible fault deserves a second opinion: there are more words than people say,
/// or several people seem to talk at once and the engine had to try again or was unsure.
fn is_suspicious(take: &Take, case: &Case) -> bool {
    let words: Vec<&Word> = take.heard.iter().flat_map(|heard| &heard.segment.words).collect();
    if words.is_empty() {
        return false;
    }
    let sum: f64 = words.iter().map(|word| word.probability.max(1e-6).ln()).sum();
    let mean = (sum / words.len() as f64).exp();
    let fast = case.voice >= UNHEARD && words.len() as f64 > FASTEST * case.voice;
    let doubted = !case.rejected.is_empty() || take.temperature > 0.0 || mean < POOR;
    fast || doubted && crowd::is_crowded(case.window)
}

/// Share of the words that are missing for the voice to have been speech, 0..=1: the decoder ended too
/// early, or could not make it out.
fn missing(heard: &[Heard], voice: f64) -> f64 {
    let words: usize = heard.iter().map(|heard| heard.segment.words.len()).sum();
    if voice < UNHEARD { 0.0 } else { (1.0 - words as f64 / (SLOWEST * voice)).max(0.0) }
}

/// The words without what spelling and punctuation make of them.
pub(super) fn text_of(heard: &[Heard]) -> String {
    let texts: Vec<&str> = heard.iter().map(|heard| heard.segment.text.as_str()).collect();
    phantoms::fold(&texts.join(" "))
}

/// The text beside the loop from word `from` to `to`; none when there is none, or when all of the window
/// is withheld anyhow.
fn beside(heard: &[Heard], from: usize, to: usize) -> Option<String> {
    let words: Vec<String> = heard
        .iter()
        .flat_map(|heard| &heard.segment.words)
        .map(|word| phantoms::fold(&word.text))
        .collect();
    if is_mostly_loop(&words, from, to) {
        return None;
    }
    let rest = words.iter().enumerate().filter(|(at, _)| *at < from || *at >= to);
    let text = rest.map(|(_, word)| word.as_str()).collect::<Vec<_>>().join(" ");
    (!text.is_empty()).then_some(text)
}

/// A window that is mostly loop is not trusted anywhere: the rest of it is the same loop's beginning,
/// with other words (measured with `base` on six voices at once).
fn is_mostly_loop(words: &[String], from: usize, to: usize) -> bool {
    (to - from).max(echoes(words.iter().map(String::as_str))) * 2 >= words.len()
}

fn flag(
    heard: Vec<Heard>,
    judgement: &Judgement,
    unstable: Option<&str>,
    window: &SpeechWindow,
    prompt: &[String],
) -> Vec<Segment> {
    let mut segments = Vec::new();
    let folded: Vec<String> = heard
        .iter()
        .flat_map(|heard| &heard.segment.words)
        .map(|word| phantoms::fold(&word.text))
        .collect();
    let mut seen = 0;
    for heard in heard {
        let invented = unstable.map(str::to_owned).or_else(|| invention(&heard, window, prompt));
        let count = heard.segment.words.len();
        let mut mark = |mut segment: Segment, looped: Option<&str>| {
            if let Some(reason) = looped {
                segment.flags.push(Flag { kind: FlagKind::Repetition, reason: reason.to_owned() });
            }
            if let Some(reason) = &invented {
                segment.flags.push(Flag { kind: FlagKind::Hallucination, reason: reason.clone() });
            }
            segments.push(segment);
        };
        match judgement {
            Judgement::Fine => mark(heard.segment, None),
            Judgement::TooFast { reason } => mark(heard.segment, Some(reason)),
            Judgement::Loop { from, to, reason } if is_mostly_loop(&folded, *from, *to) => {
                mark(heard.segment, Some(reason));
            }
            Judgement::Loop { from, to, reason } => {
                // Words before and after the loop are not withheld with it.
                let from = from.saturating_sub(seen).min(count);
                let to = to.saturating_sub(seen).min(count);
                let (before, rest) = words::divide(heard.segment, from);
                let (looped, after) = match rest {
                    Some(rest) => words::divide(rest, to - from),
                    None => (None, None),
                };
                if let Some(part) = before {
                    mark(part, None);
                }
                if let Some(part) = looped {
                    mark(part, Some(reason));
                }
                if let Some(part) = after {
                    mark(part, None);
                }
            }
        }
        seen += count;
    }
    segments
}

/// Why a segment is taken for invented, if it is.
fn invention(heard: &Heard, window: &SpeechWindow, prompt: &[String]) -> Option<String> {
    let voice = voice_under(heard.span, &window.voiced);
    let share = voice / heard.span.duration().max(0.01);
    let silent = heard.no_speech > NO_SPEECH;
    let text = &heard.segment.text;
    if (share < LITTLE_VOICE || silent) && phantoms::is_credit(text) {
        return Some("a line that recognisers invent, where there is little voice".to_owned());
    }
    if share < NO_VOICE && (silent || phantoms::is_filler(text)) {
        return Some("text where there is no voice".to_owned());
    }
    leaks(heard, window, prompt)
        .then(|| "the prompt's own words, where there is little voice".to_owned())
}

fn leaks(heard: &Heard, window: &SpeechWindow, prompt: &[String]) -> bool {
    let share = voice_under(heard.span, &window.voiced) / heard.span.duration().max(0.01);
    let words = split(&heard.segment.text);
    (share < LITTLE_VOICE || heard.no_speech > NO_SPEECH)
        && words.windows(LEAK).any(|part| prompt.windows(LEAK).any(|own| own == part))
}

fn voice_under(span: TimeSpan, voiced: &[TimeSpan]) -> f64 {
    let shared = |stretch: &TimeSpan| stretch.end.min(span.end) - stretch.start.max(span.start);
    voiced.iter().map(|stretch| shared(stretch).max(0.0)).sum()
}

fn split(text: &str) -> Vec<String> {
    phantoms::fold(text).split_whitespace().map(str::to_owned).collect()
}
