//! Joins the rooms: one meeting from recording to folder.
