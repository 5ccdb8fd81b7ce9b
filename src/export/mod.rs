//! Meeting values → documents; one file a format.
