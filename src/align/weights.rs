//! Every number that the alignment weighs with, in nats (natural log odds) unless said otherwise.
//!
//! The order of magnitude of each is argued; the values marked [fit] were then chosen by a coarse
//! grid search on the fourteen public sittings, the four rows of the table together. There is no
//! held-out part behind them but for the calibration; sittings kept back elsewhere are the check.

/// Price of a change of item without any evidence: of some eight thousand places in the sittings
/// one in fifty is a change, and a change in the wrong place costs two errors. [fit]
pub(super) const CHANGE: f64 = 8.0;
/// Weight of the cues of a change, since a closing and an opening together are hardly ever wrong.
/// [fit]
pub(super) const CUES: f64 = 2.0;
/// Price of each item at the agenda's end that the meeting does not reach.
pub(super) const UNREACHED: f64 = 2.5;
/// Price of each item passed over. Low, since an item that comes out of its turn must be named
/// anyhow (below). An item that was said to be off the agenda costs nothing.
pub(super) const SKIP: f64 = 1.0;
/// Further price of passing items over when the segment does not name the one that comes.
pub(super) const SKIP_DOUBT: f64 = 10.0;
/// Price of going back in the agenda, beyond all chance without a clear announcement. [fit]
pub(super) const BACK: f64 = 20.0;
/// Further price of going back when the segment does not name the item: topics alone never may.
pub(super) const BACK_DOUBT: f64 = 60.0;
/// Nats for going back in so many words ("vi vender tilbage til punkt 3") to an item that was called
/// up before: what the order holds against it.
pub(super) const RETURN: f64 = BACK;
/// An item counts as named when number and title together weigh this much.
pub(super) const NAMED: f64 = 7.0;
/// Price of each segment before the first item: welcomes are short.
pub(super) const BEFORE: f64 = 0.3;

/// "Det næste punkt på dagsordenen". [fit]
pub(super) const OPENS: f64 = 5.0;
/// "Det første punkt" for the first item, "det sidste punkt" for the last one.
pub(super) const OPENS_END: f64 = 4.0;
/// "Ordet er frit" near the beginning of a segment. [fit]
pub(super) const STARTS_DEBATE: f64 = 5.0;
/// The debate before was closed. [fit]
pub(super) const ENDS_DEBATE: f64 = 1.0;
/// A decision fell at the end of the segment before. [fit]
pub(super) const DECIDES: f64 = 5.0;
/// "Så går vi til afstemning" at the end of the segment before: the item goes on. [fit]
pub(super) const CALLS_VOTE: f64 = -3.0;
/// "Den næste ordfører er" near the beginning of a segment: so does the debate.
pub(super) const GOES_ON: f64 = -3.0;
/// "Forhandlingen drejer sig herefter om lovforslaget som helhed": a vote fell and a debate begins,
/// and it is the same item all the same.
pub(super) const CONTINUES: f64 = -8.0;
/// "Mødet er åbnet" ends nothing, but no item goes before it.
pub(super) const OPENS_MEETING: f64 = -6.0;
/// A change of vocabulary, for each standard deviation of the meeting. [fit]
pub(super) const COHESION: f64 = 0.3;

/// "Punkt fem" where a sentence begins or within a formula that opens: more than a closing and an
/// opening formula together, which fall inside items as well (votes on amendments).
pub(super) const NUMBER_OPENING: f64 = 14.0;
/// "Punkt fem" anywhere else: people refer to other items.
pub(super) const NUMBER_MENTION: f64 = 1.5;
/// The whole title said in one breath; less in proportion to the square of the share said. [fit]
pub(super) const TITLE: f64 = 7.0;
/// "Så lukker vi dørene" for a closed item: as much as a formula that opens one.
pub(super) const SHUTS_DOORS: f64 = 10.0;
/// Share of a number's weight that it keeps when it has grown together with its noun and is known
/// by its sound only; as for a title word that is nearly right.
pub(super) const BY_SOUND: f64 = 0.7;
/// Number and title together, beyond the sum of both. [fit]
pub(super) const AGREE: f64 = 30.0;
/// Most that it costs to begin an item unannounced when it is clearly announced elsewhere. [fit]
pub(super) const ELSEWHERE: f64 = 60.0;
/// By how much the other announcement must be clearer before that price begins to rise; it is full
/// at twice as much.
pub(super) const ELSEWHERE_FROM: f64 = 12.0;
/// Share of a title below which it counts as not said.
pub(super) const TITLE_LEAST: f64 = 0.4;
/// A silence of two seconds or more before the segment.
pub(super) const PAUSE: f64 = 0.7;
/// Seconds.
pub(super) const PAUSE_LEAST: f64 = 2.0;

/// Tokens from a segment's end within which a decision closes the item: room for the parties of a
/// vote that are read out after it.
pub(super) const TAIL: usize = 60;
/// Tokens from a segment's beginning within which a debate is opened.
pub(super) const HEAD: usize = 40;
/// Tokens between an item's number and what is said of it.
pub(super) const NEAR: usize = 5;

/// Weight of the words' topic: words of one debate are no independent witnesses. [fit]
pub(super) const TOPIC: f64 = 0.2;
/// Words' worth of the meeting's vocabulary that is expected in any stretch before it is heard.
pub(super) const PRIOR: f64 = 300.0;
/// The least of it for a single word, so that what is said once in a meeting decides nothing. [fit]
pub(super) const PRIOR_LEAST: f64 = 0.1;
/// The same of the item's own title and fields. [fit]
pub(super) const TITLE_PRIOR: f64 = 20.0;
/// A word of the fields only, beside a word of the title.
pub(super) const FIELD_WORD: f64 = 0.3;
/// "Henvises til udvalget" in an item that is read for another time than the first.
pub(super) const OTHER_READING: f64 = 5.0;
/// The same in an item whose title names no reading.
pub(super) const NO_READING: f64 = 2.0;

/// Divides all scores before probabilities are computed from them, since the cues are no
/// independent witnesses.
pub(super) const TEMPERATURE: f64 = 2.0;

/// Offset and slope from the log odds of a posterior to those of being right, fitted to the 683 starts
/// of the four rows. Fitted on thirteen sittings and judged on the fourteenth, in turn, the stated
/// confidence is off by 0.9 percentage points on average.
pub(super) const CALIBRATION: (f64, f64) = (1.85, 0.75);
