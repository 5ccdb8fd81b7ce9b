//! The transcript taken apart at the doors: what may leave the house, and what may not.

use crate::meeting::{Alignment, Segment, TimeSpan, Transcript};

/// A transcript taken apart at the doors.
#[derive(Debug, Clone, PartialEq)]
pub struct ClosedSplit {
    /// What may be published; its `closed` lists the stretches left out.
    pub public: Transcript,
    /// What was said behind closed doors.
    pub closed: Transcript,
}

/// Takes a transcript apart at the doors and writes each public segment's item into it.
///
/// A segment that crosses a door is cut at the word (every word that touches a closed stretch is
/// closed); without word times it is closed as a whole.
pub fn part_closed(transcript: &Transcript, alignment: &Alignment) -> ClosedSplit {
    let mut public = Transcript { segments: Vec::new(), ..transcript.clone() };
    let mut closed = public.clone();
    public.closed = alignment.closed.clone();
    closed.closed = alignment.closed.clone();
    // A correction quotes what was said, so it goes where the words go; in doubt, behind the doors.
    (closed.corrections, public.corrections) = public.corrections.into_iter().partition(|made| {
        alignment.closed.iter().any(|shut| shut.overlaps(&made.span()) || shut.contains(made.start))
    });
    let mut numbers = std::collections::HashMap::new();
    for item in &alignment.items {
        for id in &item.segments {
            numbers.entry(*id).or_insert_with(|| item.number.clone());
        }
    }
    for segment in &transcript.segments {
        let mut segment = segment.clone();
        segment.item = numbers.get(&segment.id).cloned();
        let span = segment.span();
        let touches = |span: TimeSpan| {
            alignment.is_closed(span)
                || alignment.closed.iter().any(|shut| shut.contains(span.start))
        };
        if !touches(span) {
            public.segments.push(segment);
            continue;
        }
        let shut: Vec<bool> =
            segment.words.iter().map(|word| touches(TimeSpan::new(word.start, word.end))).collect();
        // One change of the doors within the segment; anything else is closed as a whole.
        let changes = shut.windows(2).filter(|pair| pair[0] != pair[1]).count();
        if changes != 1 {
            closed.segments.push(segment);
            continue;
        }
        let cut = shut.iter().position(|&is| is != shut[0]).unwrap_or(shut.len());
        let (head, tail) = halves(segment, cut);
        let (open, hidden) = if shut[0] { (tail, head) } else { (head, tail) };
        public.segments.push(open);
        closed.segments.push(hidden);
    }
    ClosedSplit { public, closed }
}

fn halves(mut segment: Segment, cut: usize) -> (Segment, Segment) {
    let words = segment.words.split_off(cut.min(segment.words.len()));
    let text = |words: &[crate::meeting::Word]| {
        words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
    };
    let mut tail = segment.clone();
    tail.text = text(&words);
    tail.start = words.first().map_or(segment.end, |word| word.start);
    tail.words = words;
    segment.text = text(&segment.words);
    segment.end = segment.words.last().map_or(segment.start, |word| word.end);
    (segment, tail)
}
