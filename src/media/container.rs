//! What kind of file this is, from its first bytes.

use std::io::{self, Read};
use std::path::Path;

use super::MediaError;

/// Bytes looked at.
const HEAD: usize = 2048;
/// Length of an MPEG-TS packet, and where its first sync byte stands: at 0, or at 4 in the form
/// with arrival times (M2TS).
const TS_FORMS: [(usize, usize); 2] = [(188, 0), (192, 4)];

/// A container that symphonia doesn't know, or mistakes for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Foreign {
    TransportStream,
    ProgramStream,
    Asf,
    Avi,
    Flash,
    Amr,
    RealMedia,
}

impl Foreign {
    /// Its name in messages.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::TransportStream => "MPEG-TS",
            Self::ProgramStream => "MPEG-PS",
            Self::Asf => "WMA/ASF",
            Self::Avi => "AVI",
            Self::Flash => "FLV",
            Self::Amr => "AMR",
            Self::RealMedia => "RealMedia",
        }
    }

    fn of(head: &[u8]) -> Option<Self> {
        let is_ts = TS_FORMS.iter().any(|&(length, first)| {
            head.len() > 2 * length
                && head
                    .get(first..)
                    .is_some_and(|rest| rest.iter().step_by(length).all(|&byte| byte == 0x47))
        });
        if is_ts {
            return Some(Self::TransportStream);
        }
        let starts: [(&[u8], Self); 6] = [
            (&[0x00, 0x00, 0x01, 0xBA], Self::ProgramStream),
            // GUID of the ASF header object.
            (&[0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11], Self::Asf),
            (b"FLV\x01", Self::Flash),
            (b"#!AMR", Self::Amr),
            (b".RMF", Self::RealMedia),
            (b".ra\xFD", Self::RealMedia),
        ];
        if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"AVI ") {
            return Some(Self::Avi);
        }
        starts.iter().find(|(start, _)| head.starts_with(start)).map(|&(_, kind)| kind)
    }
}

/// Makes sure that `path` is a file with something in it, and says when symphonia can't read it.
///
/// # Errors
/// The file is missing, a folder, no ordinary file, empty, or can't be read.
pub(super) fn look(path: &Path) -> Result<Option<Foreign>, MediaError> {
    let unreadable = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => MediaError::NotFound { path: path.to_owned() },
        _ => MediaError::Unreadable { path: path.to_owned(), source },
    };
    let about = fs_err::metadata(path).map_err(unreadable)?;
    if about.is_dir() {
        return Err(MediaError::Folder { path: path.to_owned() });
    }
    if !about.is_file() {
        return Err(MediaError::NotAFile { path: path.to_owned() });
    }
    let mut head = Vec::new();
    fs_err::File::open(path)
        .and_then(|file| file.take(HEAD as u64).read_to_end(&mut head))
        .map_err(unreadable)?;
    if head.is_empty() {
        return Err(MediaError::Empty { path: path.to_owned() });
    }
    Ok(Foreign::of(&head))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transport_streams_are_told_from_other_bytes() {
        let mut stream = vec![0u8; 188 * 5];
        stream.iter_mut().step_by(188).for_each(|byte| *byte = 0x47);
        assert_eq!(Foreign::of(&stream), Some(Foreign::TransportStream));
        stream[188] = 0x46;
        assert_eq!(Foreign::of(&stream), None);
        assert_eq!(Foreign::of(b"G"), None);
        assert_eq!(Foreign::of(b"RIFF\0\0\0\0AVI LIST"), Some(Foreign::Avi));
    }
}
