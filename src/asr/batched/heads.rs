//! The attention heads that follow the sound.

use super::ggml::Form;

/// Layer and head of those that OpenAI found for its models (`_ALIGNMENT_HEADS`), which hold for
/// fine-tunes of them; of another model, all heads of the second half of the layers.
pub(super) fn followers(form: &Form) -> Vec<(usize, usize)> {
    let known: &[(usize, usize)] = match (form.audio_layers, form.text_layers, form.mels) {
        (4, 4, _) => &[(2, 2), (3, 0), (3, 2), (3, 3), (3, 4), (3, 5)],
        (6, 6, _) => &[(3, 1), (4, 2), (4, 3), (4, 7), (5, 1), (5, 2), (5, 4), (5, 6)],
        (12, 12, _) => {
            &[(5, 3), (5, 9), (8, 0), (8, 4), (8, 7), (8, 8), (9, 0), (9, 7), (9, 9), (10, 5)]
        }
        (24, 24, _) => &[(13, 15), (15, 4), (15, 15), (16, 1), (20, 0), (23, 4)],
        (32, 32, 128) => &[
            (7, 0),
            (10, 17),
            (12, 18),
            (13, 12),
            (16, 1),
            (17, 14),
            (19, 11),
            (21, 4),
            (24, 1),
            (25, 6),
        ],
        (32, 32, _) => &[
            (10, 12),
            (13, 17),
            (16, 11),
            (16, 12),
            (16, 13),
            (17, 15),
            (17, 16),
            (18, 4),
            (18, 11),
            (18, 19),
            (19, 11),
            (21, 2),
            (21, 3),
            (22, 3),
            (22, 9),
            (22, 12),
            (23, 5),
            (23, 7),
            (23, 13),
            (25, 5),
            (26, 1),
            (26, 12),
            (27, 15),
        ],
        (32, 4, 128) => &[(2, 4), (2, 11), (3, 3), (3, 6), (3, 11), (3, 14)],
        _ => &[],
    };
    if !known.is_empty() {
        return known.to_vec();
    }
    let layers = form.text_layers / 2..form.text_layers;
    layers.flat_map(|layer| (0..form.text_heads).map(move |head| (layer, head))).collect()
}
