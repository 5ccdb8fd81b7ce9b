//! The pages, in Danish. Text goes through maud, which escapes it; nothing is put into a page as
//! markup that was not written here.

mod about;
mod committee;
mod front;
mod item;
mod meeting;
mod player;
mod refusal;
mod results;
mod shell;
mod speech;
mod structured;
mod widget;

pub(super) use about::about;
pub(super) use committee::committee;
pub(super) use front::{front, meetings};
pub(super) use item::item;
pub(super) use meeting::meeting;
pub(super) use player::{is_publishable, kind_of};
pub(super) use refusal::refusal;
pub(super) use results::{Search, results, static_search};
pub(super) use shell::Site;
pub(super) use widget::widget;
