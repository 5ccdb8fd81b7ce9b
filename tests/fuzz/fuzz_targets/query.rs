#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| referent_fuzz::query(data));
