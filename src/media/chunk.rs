//! What a decoder hands on, before it is resampled.

/// Mono sound as one packet gave it, at the rate of its track.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Chunk {
    /// Seconds from the start of the recording to the first sample, as the timestamps say.
    pub(super) start: f64,
    /// Samples per second.
    pub(super) rate: u32,
    pub(super) samples: Vec<f32>,
    /// Sound before this chunk is known to be missing: its time must be taken at its word.
    pub(super) after_loss: bool,
    /// A new stream begins here (chained Ogg): its clock starts over and follows on.
    pub(super) new_stream: bool,
}

impl Chunk {
    /// Length in seconds.
    pub(super) fn seconds(&self) -> f64 {
        self.samples.len() as f64 / f64::from(self.rate)
    }

    /// Leaves out what lies before `time`; false when nothing is left.
    pub(super) fn trim_before(&mut self, time: f64) -> bool {
        let drop = ((time - self.start) * f64::from(self.rate)).round();
        if drop >= 1.0 {
            let drop = drop.min(self.samples.len() as f64) as usize;
            self.samples.drain(..drop);
            self.start += drop as f64 / f64::from(self.rate);
        }
        !self.samples.is_empty()
    }

    /// Leaves out what lies after `time`; false when nothing is left.
    pub(super) fn trim_after(&mut self, time: f64) -> bool {
        let keep = ((time - self.start) * f64::from(self.rate)).round().max(0.0);
        if keep < self.samples.len() as f64 {
            self.samples.truncate(keep as usize);
        }
        !self.samples.is_empty()
    }
}
