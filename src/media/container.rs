//! What kind of file this is, from its first bytes.

use std::io::{self, Read};
use std::path::Path;

use super::MediaError;

/// Bytes looked at.
const HEAD: usize = 2048;
/// Length of an MPEG-TS packet, and where its first sync byte stands: at 0, or at 4 in the form
/// with arrival times (M2TS).
const TS_FORMS: [(usize, usize); 2] = [(188, 0), (192, 4)];

/// Who should try first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// It begins like a container that is built in.
    BuiltIn,
    Foreign(Foreign),
    /// It begins like nothing known. symphonia would look for a container in the midst of it, and
    /// take cover art or chance for one: ffmpeg knows better.
    Unknown,
}

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
}

impl Kind {
    fn of(head: &[u8]) -> Self {
        let is_ts = TS_FORMS.iter().any(|&(length, first)| {
            head.len() > 2 * length
                && head
                    .get(first..)
                    .is_some_and(|rest| rest.iter().step_by(length).all(|&byte| byte == 0x47))
        });
        if is_ts {
            return Self::Foreign(Foreign::TransportStream);
        }
        let riff = [&b"RIFF"[..], b"RIFX"].iter().any(|start| head.starts_with(start));
        if riff {
            return match head.get(8..12) {
                Some(b"WAVE") => Self::BuiltIn,
                Some(b"AVI ") => Self::Foreign(Foreign::Avi),
                _ => Self::Unknown,
            };
        }
        // An MPEG frame header: eleven bits set, and a layer that exists; ADTS has layer 0.
        let mpeg = matches!(head, [0xFF, second, ..] if second & 0xE0 == 0xE0);
        let built_in: [&[u8]; 6] =
            [b"ID3", b"fLaC", b"OggS", b"FORM", b"caff", &[0x1A, 0x45, 0xDF, 0xA3]];
        if mpeg
            || head.get(4..8) == Some(b"ftyp")
            || built_in.iter().any(|start| head.starts_with(start))
        {
            return Self::BuiltIn;
        }
        let foreign: [(&[u8], Foreign); 6] = [
            (&[0x00, 0x00, 0x01, 0xBA], Foreign::ProgramStream),
            // GUID of the ASF header object.
            (&[0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11], Foreign::Asf),
            (b"FLV\x01", Foreign::Flash),
            (b"#!AMR", Foreign::Amr),
            (b".RMF", Foreign::RealMedia),
            (b".ra\xFD", Foreign::RealMedia),
        ];
        let found = foreign.iter().find(|(start, _)| head.starts_with(start));
        found.map_or(Self::Unknown, |&(_, kind)| Self::Foreign(kind))
    }
}

/// Makes sure that `path` is a file with something in it, and says who should try it first.
///
/// # Errors
/// The file is missing, a folder, no ordinary file, empty, or can't be read.
pub(super) fn look(path: &Path) -> Result<Kind, MediaError> {
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
    Ok(Kind::of(&head))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transport_streams_are_told_from_other_bytes() {
        let mut stream = vec![0u8; 188 * 5];
        stream.iter_mut().step_by(188).for_each(|byte| *byte = 0x47);
        assert_eq!(Kind::of(&stream), Kind::Foreign(Foreign::TransportStream));
        stream[188] = 0x46;
        assert_eq!(Kind::of(&stream), Kind::Unknown);
        assert_eq!(Kind::of(b"G"), Kind::Unknown);
        assert_eq!(Kind::of(b"RIFF\0\0\0\0AVI LIST"), Kind::Foreign(Foreign::Avi));
        assert_eq!(Kind::of(b"RIFF\0\0\0\0WAVEfmt "), Kind::BuiltIn);
        assert_eq!(Kind::of(b"\xFF\xFB\x90\x64"), Kind::BuiltIn);
    }
}
