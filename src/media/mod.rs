//! Recordings → blocks of 16 kHz mono sound with absolute time.
