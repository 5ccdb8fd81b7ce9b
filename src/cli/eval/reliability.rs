//! Reliability tables, as several measurements print them.

use crate::cli::Printer;
use crate::eval::Reliability;

/// Under this many words a calibration error is mostly chance: of 30 words that are right or wrong at even
/// odds, the share that is seen has a standard deviation of 9 points (binomial).
const ENOUGH: usize = 30;

/// Prints how often what was stated with a probability was right, bin by bin.
pub(super) fn print_reliability(what: &str, reliability: &Reliability, printer: &Printer) {
    if reliability.count == 0 {
        printer.data(format_args!("  reliability of {what}: none recognised"));
        return;
    }
    printer.data(format_args!("  reliability of {what}"));
    printer.data("  probability    count   stated    right");
    for bin in reliability.bins.iter().filter(|bin| bin.count > 0) {
        printer.data(format_args!(
            "  {:.1}-{:.1}      {:>8} {:>8} {:>8}",
            bin.from,
            bin.to,
            bin.count,
            percent(bin.stated),
            percent(bin.observed)
        ));
    }
    let few = if reliability.count < ENOUGH { ": too few to judge by" } else { "" };
    printer.data(format_args!(
        "  expected calibration error {} (n = {}{few})",
        percent(reliability.expected_calibration_error),
        reliability.count
    ));
}

pub(super) fn percent(rate: Option<f64>) -> String {
    rate.map_or_else(|| "–".to_owned(), |rate| format!("{:.1} %", 100.0 * rate))
}
