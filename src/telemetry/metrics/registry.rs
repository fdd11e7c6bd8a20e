//! All metrics of the process, in the order in which their collectors were added.

use std::fmt;
use std::sync::Arc;

use parking_lot::Mutex;

use super::family::Family;
use super::page::Page;

/// A part of the broker that has metrics.
pub trait Collect: Send + Sync {
    /// Every family that [`Collect::collect`] opens, in that order.
    fn families(&self) -> &'static [&'static Family];

    /// Opens each family and adds its samples. Called by one scrape at a time, on a thread that may take a while.
    fn collect(&self, page: &mut Page);
}

/// See the module's page. Clones share their collectors.
#[derive(Clone, Default)]
pub struct Registry {
    collectors: Arc<Mutex<Vec<Arc<dyn Collect>>>>,
}

impl Registry {
    /// A registry without metrics.
    pub fn new() -> Registry {
        Registry::default()
    }

    /// Adds a collector.
    pub fn add(&self, collector: Arc<dyn Collect>) {
        let mut collectors = self.collectors.lock();
        let known = collectors.iter().flat_map(|known| known.families());
        debug_assert!(
            known
                .into_iter()
                .all(|known| collector.families().iter().all(|new| new.name != known.name)),
            "a family is collected twice"
        );
        collectors.push(collector);
    }

    /// Every family, in the order of the page.
    pub fn families(&self) -> Vec<&'static Family> {
        let collectors = self.collectors.lock();
        collectors
            .iter()
            .flat_map(|collector| collector.families().iter().copied())
            .collect()
    }

    /// The page that a scrape gets.
    pub fn page(&self) -> String {
        // Held throughout: two scrapes at a time would only slow each other down.
        let collectors = self.collectors.lock();
        let mut page = Page::new();
        for collector in collectors.iter() {
            collector.collect(&mut page);
        }
        page.into_text()
    }

    /// The page of documentation that lists every family.
    pub fn reference(&self) -> String {
        let mut text = String::from("| name | type | labels | what | Kafka's MBean |\n|---|---|---|---|---|\n");
        for family in self.families() {
            let labels: Vec<String> = family.labels.iter().map(|label| format!("`{label}`")).collect();
            let mbean = match family.kafka {
                "" => String::new(),
                mbean => format!("`{mbean}`"),
            };
            let (name, kind, help) = (family.name, family.kind.name(), family.help);
            text.push_str(&format!(
                "| `{name}` | {kind} | {} | {help} | {mbean} |\n",
                labels.join(", ")
            ));
        }
        text
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Registry({} collectors)", self.collectors.lock().len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct One(&'static [&'static Family]);

    impl Collect for One {
        fn families(&self) -> &'static [&'static Family] {
            self.0
        }

        fn collect(&self, page: &mut Page) {
            self.0.iter().for_each(|family| page.single(family, 1_u64));
        }
    }

    static FIRST: Family = Family::gauge("first", &["a", "b"], "The first.").as_in_kafka("kafka.x:type=Y,name=Z");
    static SECOND: Family = Family::counter("second_total", &[], "The second.");

    const ONE: &[&Family] = &[&FIRST];
    const OTHER: &[&Family] = &[&SECOND];

    #[test]
    fn every_collector_is_on_the_page_and_in_the_reference() {
        let registry = Registry::new();
        registry.add(Arc::new(One(ONE)));
        registry.clone().add(Arc::new(One(OTHER)));
        let page = registry.page();
        assert!(
            page.contains("\nfirst 1\n") && page.ends_with("\nsecond_total 1\n"),
            "{page}"
        );
        let reference = registry.reference();
        assert!(
            reference.contains("| `first` | gauge | `a`, `b` | The first. | `kafka.x:type=Y,name=Z` |\n"),
            "{reference}"
        );
        assert!(
            reference.ends_with("| `second_total` | counter |  | The second. |  |\n"),
            "{reference}"
        );
    }

    #[test]
    #[cfg(debug_assertions)]
    #[should_panic(expected = "collected twice")]
    fn a_family_belongs_to_one_collector() {
        let registry = Registry::new();
        registry.add(Arc::new(One(ONE)));
        registry.add(Arc::new(One(ONE)));
    }
}
