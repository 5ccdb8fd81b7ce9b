//! The decoders that are built in: symphonia's own, and Opus through libopus.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;

use symphonia::core::codecs::registry::CodecRegistry;

static CODECS: LazyLock<CodecRegistry> = LazyLock::new(|| {
    let mut codecs = CodecRegistry::new();
    symphonia::default::register_enabled_codecs(&mut codecs);
    codecs.register_audio_decoder::<symphonia_adapter_libopus::OpusDecoder>();
    codecs
});

/// All built-in decoders.
pub(super) fn registry() -> &'static CodecRegistry {
    &CODECS
}

/// Runs `work` on foreign bytes; `None` when it panicked, which counts as damage in the file.
/// What `work` touched must not be used again after a panic.
pub(super) fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}
