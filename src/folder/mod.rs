//! The folder of a meeting on disk: journal, whole artefacts, lock, resume.
