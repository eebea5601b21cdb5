//! "Did you mean": the nearest known name.
