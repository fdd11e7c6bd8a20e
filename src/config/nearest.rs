//! The known name that a mistyped one was probably meant to be.

/// Below this likeness (0 to 1) a suggestion would only confuse.
const LIKENESS_MIN: f64 = 0.75;

/// The name most like `wanted`, if one is like it at all.
pub(super) fn name<'a>(wanted: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    let wanted = wanted.to_ascii_lowercase();
    known
        .map(|name| (strsim::normalized_damerau_levenshtein(&wanted, name), name))
        .filter(|(likeness, _)| *likeness >= LIKENESS_MIN)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name.to_owned())
}
