//! The page that a scrape gets: Prometheus' text format, version 0.0.4.

use std::fmt::{self, Write as _};

use super::family::Family;
use super::instruments::DurationSnapshot;

/// A page under construction.
#[derive(Debug, Default)]
pub struct Page {
    text: String,
}

impl Page {
    /// An empty page.
    pub fn new() -> Page {
        Page::default()
    }

    /// Opens a family; all of its samples are added before the next one is opened.
    pub fn family(&mut self, family: &'static Family) -> Samples<'_> {
        let Family { name, help, kind, .. } = family;
        let _ = writeln!(self.text, "# HELP {name} {help}");
        let _ = writeln!(self.text, "# TYPE {name} {}", kind.name());
        Samples {
            text: &mut self.text,
            family,
        }
    }

    /// A family with one sample that has no labels.
    pub fn single(&mut self, family: &'static Family, value: impl Into<Number>) {
        self.family(family).add(&[], value);
    }

    /// The text.
    pub fn into_text(self) -> String {
        self.text
    }
}

/// A sample's value: whole numbers are written as such.
#[derive(Debug, Clone, Copy)]
pub enum Number {
    /// Not negative.
    Unsigned(u64),
    /// Any whole number.
    Signed(i64),
    /// With a fraction.
    Real(f64),
}

impl From<u64> for Number {
    fn from(number: u64) -> Number {
        Number::Unsigned(number)
    }
}

impl From<usize> for Number {
    fn from(number: usize) -> Number {
        Number::Unsigned(number as u64)
    }
}

impl From<i64> for Number {
    fn from(number: i64) -> Number {
        Number::Signed(number)
    }
}

impl From<f64> for Number {
    fn from(number: f64) -> Number {
        Number::Real(number)
    }
}

impl From<bool> for Number {
    fn from(holds: bool) -> Number {
        Number::Unsigned(u64::from(holds))
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Number::Unsigned(number) => number.fmt(f),
            Number::Signed(number) => number.fmt(f),
            Number::Real(number) => number.fmt(f),
        }
    }
}

/// The samples of one family.
#[derive(Debug)]
pub struct Samples<'a> {
    text: &'a mut String,
    family: &'static Family,
}

impl Samples<'_> {
    /// Adds a sample. Every label is one of the family's.
    pub fn add(&mut self, labels: &[(&str, &str)], value: impl Into<Number>) {
        self.line("", labels, None, value.into());
    }

    /// Adds a histogram's samples.
    pub fn add_histogram(&mut self, labels: &[(&str, &str)], histogram: &DurationSnapshot) {
        for (bound, count) in histogram.bounds() {
            self.line("_bucket", labels, Some(bound), count.into());
        }
        self.line("_bucket", labels, Some(f64::INFINITY), histogram.count.into());
        self.line("_sum", labels, None, histogram.sum.as_secs_f64().into());
        self.line("_count", labels, None, histogram.count.into());
    }

    fn line(&mut self, suffix: &str, labels: &[(&str, &str)], bound: Option<f64>, value: Number) {
        let declared = |name| self.family.labels.contains(name);
        debug_assert!(labels.iter().all(|(name, _)| declared(name)), "{}", self.family.name);
        self.text.push_str(self.family.name);
        self.text.push_str(suffix);
        let mut open = false;
        for (name, value) in labels {
            self.text.push(if open { ',' } else { '{' });
            open = true;
            let _ = write!(self.text, "{name}=\"{}\"", Escaped(value));
        }
        if let Some(bound) = bound {
            self.text.push(if open { ',' } else { '{' });
            open = true;
            let _ = match bound.is_finite() {
                true => write!(self.text, "le=\"{bound}\""),
                false => write!(self.text, "le=\"+Inf\""),
            };
        }
        if open {
            self.text.push('}');
        }
        let _ = writeln!(self.text, " {value}");
    }
}

/// A label's value as the format wants it.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '\\' => f.write_str("\\\\")?,
                '"' => f.write_str("\\\"")?,
                '\n' => f.write_str("\\n")?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::DurationHistogram;
    use super::*;

    static COUNTED: Family = Family::counter("things_total", &["name", "kind"], "Things counted.");
    static TIMED: Family = Family::histogram("took_seconds", &["name"], "How long it took.");

    #[test]
    fn samples_stand_under_their_familys_header_with_escaped_labels() {
        let mut page = Page::new();
        let mut samples = page.family(&COUNTED);
        samples.add(&[], 7_u64);
        samples.add(&[("name", "a\"b\\c\nd"), ("kind", "x")], -1_i64);
        assert_eq!(
            page.into_text(),
            "# HELP things_total Things counted.\n# TYPE things_total counter\nthings_total 7\n\
             things_total{name=\"a\\\"b\\\\c\\nd\",kind=\"x\"} -1\n"
        );
    }

    #[test]
    fn a_histogram_has_cumulative_buckets_a_sum_and_a_count() {
        let histogram = DurationHistogram::default();
        histogram.record(Duration::from_micros(100));
        histogram.record(Duration::from_secs(100));
        let mut page = Page::new();
        page.family(&TIMED)
            .add_histogram(&[("name", "x")], &histogram.snapshot());
        let text = page.into_text();
        for line in [
            "took_seconds_bucket{name=\"x\",le=\"0.000064\"} 0",
            "took_seconds_bucket{name=\"x\",le=\"0.000128\"} 1",
            "took_seconds_bucket{name=\"x\",le=\"16.777216\"} 1",
            "took_seconds_bucket{name=\"x\",le=\"+Inf\"} 2",
            "took_seconds_sum{name=\"x\"} 100.0001",
            "took_seconds_count{name=\"x\"} 2",
        ] {
            assert!(text.lines().any(|is| is == line), "{line} in\n{text}");
        }
    }
}
