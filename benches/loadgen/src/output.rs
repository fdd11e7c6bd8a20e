//! One flat line of JSON.

use hdrhistogram::Histogram;
use std::fmt::Write;

/// A line under construction.
pub struct Line(String);

impl Line {
    /// An empty object.
    pub fn new() -> Line {
        Line(String::from("{"))
    }

    fn name(&mut self, name: &str) {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        let _ = write!(self.0, "\"{name}\":");
    }

    /// A number; one that is not finite becomes null.
    pub fn number(mut self, name: &str, value: f64) -> Line {
        self.name(name);
        let _ = if value.is_finite() {
            write!(self.0, "{value:.6}")
        } else {
            write!(self.0, "null")
        };
        self
    }

    /// A text.
    pub fn text(mut self, name: &str, value: &str) -> Line {
        self.name(name);
        let plain: String = value
            .chars()
            .map(|c| if c == '"' || c == '\\' || c < ' ' { ' ' } else { c })
            .collect();
        let _ = write!(self.0, "\"{plain}\"");
        self
    }

    /// Quantiles in microseconds.
    pub fn quantiles(self, prefix: &str, nanos: &Histogram<u64>) -> Line {
        let at = |q: f64| nanos.value_at_quantile(q) as f64 / 1e3;
        self.number(&format!("{prefix}_p50_us"), at(0.5))
            .number(&format!("{prefix}_p99_us"), at(0.99))
            .number(&format!("{prefix}_p999_us"), at(0.999))
            .number(&format!("{prefix}_max_us"), nanos.max() as f64 / 1e3)
    }

    /// The whole line.
    pub fn finish(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

/// A histogram from 100 ns to two minutes with three digits.
pub fn histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(100, 120_000_000_000, 3).expect("the bounds are valid")
}
