//! The decoders that are built in: symphonia's own, and Opus through libopus.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;

use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::well_known::CODEC_ID_OPUS;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::codecs::registry::CodecRegistry;
use symphonia::core::errors::Error;
use symphonia::core::formats::Track;
use symphonia::core::units::TimeBase;

use super::headers::Refusal;
use crate::meeting::SAMPLE_RATE;

static CODECS: LazyLock<CodecRegistry> = LazyLock::new(|| {
    let mut codecs = CodecRegistry::new();
    symphonia::default::register_enabled_codecs(&mut codecs);
    codecs.register_audio_decoder::<symphonia_adapter_libopus::OpusDecoder>();
    codecs
});

/// How one track's sound is coded.
pub(super) struct Sound {
    pub(super) id: u32,
    pub(super) time_base: Option<TimeBase>,
    params: AudioCodecParameters,
}

impl Sound {
    /// `None` when the track isn't sound.
    pub(super) fn of(track: &Track) -> Option<Self> {
        let params = track.codec_params.as_ref().and_then(CodecParameters::audio)?;
        let rate = params.sample_rate.and_then(TimeBase::try_from_recip);
        let mut params = params.clone();
        if params.codec == CODEC_ID_OPUS {
            // libopus decodes to our rate by itself (RFC 6716, 4), in half the time.
            params.sample_rate = Some(SAMPLE_RATE);
            // Here the adapter would find the encoder's delay and cut it at the wrong rate;
            // timestamps take care of it.
            params.extra_data = None;
        }
        Some(Self { id: track.id, time_base: track.time_base.or(rate), params })
    }

    /// A decoder for it.
    pub(super) fn decoder(&self) -> Result<Box<dyn AudioDecoder>, Refusal> {
        CODECS.make_audio_decoder(&self.params, &AudioDecoderOptions::default()).map_err(|error| {
            Refusal::NoDecoder(match (codec_name(&self.params), error) {
                (Some(_), Error::Unsupported(what) | Error::DecodeError(what)) => what.to_owned(),
                (Some(name), error) => format!("{name}: {error}"),
                (None, _) => "there is no decoder for it".to_owned(),
            })
        })
    }
}

/// Short name of a sound format that is built in.
pub(super) fn codec_name(params: &AudioCodecParameters) -> Option<&'static str> {
    CODECS.get_audio_decoder(params.codec).map(|codec| codec.codec.info.short_name)
}

/// Runs `work` on foreign bytes; `None` when it panicked, which counts as damage in the file.
/// What `work` touched must not be used again after a panic.
pub(super) fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}
