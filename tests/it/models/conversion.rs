//! `models::convert` on a made-up model, and against hostile input.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use proptest::prelude::*;
use referent::meeting::{Fault, Faulty};
use referent::models::{ModelsError, WeightType, convert};
use tempfile::TempDir;

use super::weights::{Model, write_vocabulary};

static MODEL: LazyLock<Model> = LazyLock::new(Model::new);

fn converted(source: &Path, weight_type: WeightType) -> Result<Vec<u8>, ModelsError> {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("out.bin");
    let outcome = convert(source, &out, weight_type, None, &mut |_, _| {})?;
    assert!(outcome.warnings.is_empty());
    let bytes = fs_err::read(&out).unwrap();
    assert_eq!(outcome.value.bytes, bytes.len() as u64);
    Ok(bytes)
}

fn folder_with(write: impl FnOnce(&Path)) -> TempDir {
    let folder = TempDir::new().unwrap();
    write_vocabulary(folder.path());
    write(folder.path());
    folder
}

fn safetensors(shards: usize) -> TempDir {
    folder_with(|folder| MODEL.write_safetensors(folder, shards))
}

fn ctranslate2(int8: bool) -> TempDir {
    folder_with(|folder| fs_err::write(folder.join("model.bin"), MODEL.ctranslate2(int8)).unwrap())
}

fn onnx() -> TempDir {
    folder_with(|folder| {
        let (encoder, decoder) = MODEL.onnx();
        fs_err::create_dir(folder.join("onnx")).unwrap();
        fs_err::write(folder.join("onnx/encoder_model_quantized.onnx"), encoder).unwrap();
        fs_err::write(folder.join("onnx/decoder_model_merged_quantized.onnx"), decoder).unwrap();
    })
}

#[test]
fn the_same_weights_give_the_same_file_whatever_their_format() {
    for weight_type in [WeightType::F16, WeightType::Q8_0] {
        let expected = converted(safetensors(1).path(), weight_type).unwrap();
        for (what, folder) in [
            ("three shards", safetensors(3)),
            ("CTranslate2, 16 bits", ctranslate2(false)),
            ("CTranslate2, 8 bits", ctranslate2(true)),
            ("ONNX, 8 bits", onnx()),
        ] {
            let found = converted(folder.path(), weight_type).unwrap();
            assert!(found == expected, "{what} differs as {weight_type:?}");
        }
    }
}

/// Header, filters, vocabulary and tensors of a ggml file, as text.
fn outline(bytes: &[u8]) -> String {
    let mut at = 0;
    let mut number = || {
        let bytes: [u8; 4] = bytes[at..at + 4].try_into().unwrap();
        at += 4;
        i32::from_le_bytes(bytes)
    };
    let header: Vec<i32> = (0..12).map(|_| number()).collect();
    let (mels, bins) = (number(), number());
    at += (mels * bins) as usize * 4;
    let mut text = format!("header {header:?}\nfilters {mels} x {bins}\n");
    let take = |at: &mut usize, count: usize| {
        *at += count;
        &bytes[*at - count..*at]
    };
    let read = |at: &mut usize| i32::from_le_bytes(take(at, 4).try_into().unwrap());
    let tokens = read(&mut at);
    for id in 0..tokens {
        let length = read(&mut at) as usize;
        let token = String::from_utf8_lossy(take(&mut at, length));
        if id == 0 || id == tokens - 1 {
            text.push_str(&format!("token {id} {token:?}\n"));
        }
    }
    let mut count = 0;
    while at < bytes.len() {
        let (axes, length, kind) = (read(&mut at), read(&mut at), read(&mut at));
        let shape: Vec<i32> = (0..axes).map(|_| read(&mut at)).collect();
        let name = String::from_utf8_lossy(take(&mut at, length as usize));
        let elements = shape.iter().product::<i32>() as usize;
        at += match kind {
            0 => elements * 4,
            1 => elements * 2,
            8 => elements / 32 * 34,
            other => panic!("type {other}"),
        };
        count += 1;
        if !name.contains("blocks.") || name.contains("coder.blocks.3.attn.") {
            text.push_str(&format!("{name} {shape:?} type {kind}\n"));
        }
    }
    text + &format!("{count} tensors\n")
}

#[test]
fn the_file_is_laid_out_as_whisper_cpp_reads_it() {
    let bytes = converted(safetensors(1).path(), WeightType::Q8_0).unwrap();
    insta::assert_snapshot!(outline(&bytes));
}

#[test]
fn whisper_cpp_loads_what_was_converted() {
    for weight_type in [WeightType::F16, WeightType::Q8_0] {
        let folder = TempDir::new().unwrap();
        let out = folder.path().join("out.bin");
        let made = convert(ctranslate2(true).path(), &out, weight_type, None, &mut |_, _| {});
        assert_eq!(made.unwrap().value.tensors, 167);
        let mut parameters = whisper_rs::WhisperContextParameters::default();
        parameters.use_gpu(false);
        let context = whisper_rs::WhisperContext::new_with_params(&out, parameters).unwrap();
        assert_eq!(context.n_vocab(), 51_865);
        assert_eq!(context.token_to_bytes(7).unwrap(), b"a7");
    }
}

#[test]
fn mel_filters_are_those_of_the_published_tiny_model() {
    let Some(path) = super::listing::cached("ggml-tiny.bin") else { return };
    let filters = |bytes: &[u8]| -> Vec<f32> {
        bytes[56..56 + 80 * 201 * 4]
            .as_chunks::<4>()
            .0
            .iter()
            .map(|&b| f32::from_le_bytes(b))
            .collect()
    };
    let published = filters(&fs_err::read(path).unwrap());
    let ours = filters(&converted(safetensors(1).path(), WeightType::F16).unwrap());
    let gap = ours.iter().zip(&published).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(gap < 1e-6, "{gap}");
    assert!(ours.iter().any(|&filter| filter > 0.01));
}

fn refusal(source: &Path) -> String {
    let error = converted(source, WeightType::F16).unwrap_err();
    assert_eq!(error.fault(), Fault::BadInput);
    error.to_string().replace(&source.display().to_string(), "SRC")
}

#[test]
fn other_models_are_refused_by_name() {
    let folder = safetensors(1);
    fs_err::write(folder.path().join("config.json"), r#"{"model_type":"cohere_asr"}"#).unwrap();
    insta::assert_snapshot!(refusal(folder.path()), @"cannot convert SRC/config.json: the model is of the family `cohere_asr`; only Whisper models can be converted");
}

#[test]
fn what_is_missing_is_named() {
    let folder = safetensors(1);
    fs_err::remove_file(folder.path().join("vocab.json")).unwrap();
    insta::assert_snapshot!(refusal(folder.path()), @"cannot convert SRC: no vocabulary beside the weights (looked for vocab.json, vocabulary.json, vocabulary.txt, tokenizer.json, multilingual.tiktoken); give one with --vocab FILE, for instance after `referent models pull whisper-vocabulary`");
    let empty = TempDir::new().unwrap();
    insta::assert_snapshot!(refusal(empty.path()), @"cannot convert SRC: no weights here: looked for *.safetensors, model.bin (CTranslate2), and an ONNX encoder and decoder");
    insta::assert_snapshot!(refusal(&empty.path().join("nowhere")), @"no such file: SRC");
}

#[test]
fn an_index_may_not_lead_out_of_its_folder() {
    let folder = safetensors(1);
    let index = r#"{"weight_map":{"model.x":"../../etc/passwd"}}"#;
    fs_err::write(folder.path().join("model.safetensors.index.json"), index).unwrap();
    insta::assert_snapshot!(refusal(folder.path()), @"cannot convert SRC/model.safetensors.index.json: it names no plain file");
}

#[test]
fn a_truncated_file_is_refused_and_nothing_is_written() {
    let whole = MODEL.ctranslate2(false);
    let folder = folder_with(|folder| {
        fs_err::write(folder.join("model.bin"), &whole[..whole.len() / 2]).unwrap();
    });
    let out = folder.path().join("out.bin");
    let error = convert(folder.path(), &out, WeightType::F16, None, &mut |_, _| {}).unwrap_err();
    assert!(error.to_string().contains("is it truncated?"), "{error}");
    let mut left: Vec<PathBuf> =
        fs_err::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    left.sort();
    assert_eq!(left, [folder.path().join("model.bin"), folder.path().join("vocab.json")]);
}

/// The start of each format's file, where its structure is: small enough to garble often.
fn heads() -> Vec<(&'static str, Vec<u8>)> {
    let shard = safetensors(1);
    let safetensors = fs_err::read(shard.path().join("model.safetensors")).unwrap();
    let (encoder, _) = MODEL.onnx();
    let mut heads = vec![
        ("model.safetensors", safetensors),
        ("model.bin", MODEL.ctranslate2(true)),
        ("encoder_model.onnx", encoder),
    ];
    for (_, bytes) in &mut heads {
        bytes.truncate(48_000);
    }
    heads
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn garbled_weights_are_refused_without_panic(
        which in 0_usize..3,
        length in 0_usize..48_000,
        changes in prop::collection::vec((0_usize..6_000, any::<u8>()), 0..12),
    ) {
        static HEADS: LazyLock<Vec<(&'static str, Vec<u8>)>> = LazyLock::new(heads);
        let (name, head) = &HEADS[which];
        let mut bytes = head[..length.min(head.len())].to_vec();
        for (at, byte) in changes {
            if let Some(place) = bytes.get_mut(at) {
                *place = byte;
            }
        }
        let folder = TempDir::new().unwrap();
        fs_err::write(folder.path().join(name), &bytes).unwrap();
        if *name == "encoder_model.onnx" {
            fs_err::write(folder.path().join("decoder_model.onnx"), &bytes).unwrap();
        }
        let out = folder.path().join("out.bin");
        let result = convert(folder.path(), &out, WeightType::Q8_0, None, &mut |_, _| {});
        prop_assert!(result.is_err());
        prop_assert!(!out.exists());
    }

    #[test]
    fn any_text_as_vocabulary_is_refused_without_panic(text in "\\PC{0,200}|(\\PC{0,8} [0-9]{1,6}\n){1,20}|[\\[{][\\PC]{0,80}") {
        let folder = TempDir::new().unwrap();
        let vocabulary = folder.path().join("vocabulary");
        fs_err::write(&vocabulary, text).unwrap();
        static SOURCE: LazyLock<TempDir> = LazyLock::new(|| safetensors(1));
        let out = folder.path().join("out.bin");
        let result = convert(SOURCE.path(), &out, WeightType::F16, Some(&vocabulary), &mut |_, _| {});
        prop_assert!(result.is_err());
    }
}
