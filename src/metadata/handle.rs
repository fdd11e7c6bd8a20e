//! Where the current image is found, and how the next one is put there.
//!
//! Any number of readers hold a [`MetadataHandle`]; exactly one owner holds the [`MetadataWriter`]. A published image is
//! stored first and then shown to each publisher in the order of their registration, so that a publisher that looks at
//! the handle sees the image it is told of. A publisher runs on the writer's thread and may use the disk.

use std::sync::Arc;

use arc_swap::ArcSwap;

use super::changes::MetadataChanges;
use super::image::MetadataImage;

/// The current image, for readers.
#[derive(Debug, Clone)]
pub struct MetadataHandle {
    current: Arc<ArcSwap<MetadataImage>>,
}

impl MetadataHandle {
    /// The current image, for the length of one request: cheap, but not to be held across waits.
    pub fn load(&self) -> arc_swap::Guard<Arc<MetadataImage>> {
        self.current.load()
    }

    /// The current image, to keep.
    pub fn load_full(&self) -> Arc<MetadataImage> {
        self.current.load_full()
    }
}

/// One that acts on changes of the metadata.
pub trait MetadataPublisher: Send + Sync {
    /// A name for the log line about a slow or failing publisher.
    fn name(&self) -> &'static str;

    /// Called once for each image after it is stored, in order, on the thread that owns the metadata. When registered,
    /// a publisher is first called with an empty image as `old` and all of the current one as `changes`.
    fn publish(&self, old: &Arc<MetadataImage>, new: &Arc<MetadataImage>, changes: &MetadataChanges);
}

/// The one that may store images.
pub struct MetadataWriter {
    current: Arc<ArcSwap<MetadataImage>>,
    publishers: Vec<Arc<dyn MetadataPublisher>>,
}

impl MetadataWriter {
    /// A writer whose first image is `image`.
    pub fn new(image: Arc<MetadataImage>) -> MetadataWriter {
        MetadataWriter {
            current: Arc::new(ArcSwap::new(image)),
            publishers: Vec::new(),
        }
    }

    /// A handle for readers.
    pub fn handle(&self) -> MetadataHandle {
        MetadataHandle {
            current: self.current.clone(),
        }
    }

    /// Shows `publisher` the current image as new, and from now on every image.
    pub fn register(&mut self, publisher: Arc<dyn MetadataPublisher>) {
        let image = self.current.load_full();
        let nothing = Arc::new(MetadataImage::empty(&image.cluster_id));
        publisher.publish(&nothing, &image, &MetadataChanges::whole(&image));
        self.publishers.push(publisher);
    }

    /// Stores `image`, then shows it to all publishers.
    pub fn publish(&self, image: Arc<MetadataImage>, changes: &MetadataChanges) {
        let old = self.current.swap(image.clone());
        for publisher in &self.publishers {
            publisher.publish(&old, &image, changes);
        }
    }
}

impl std::fmt::Debug for MetadataWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<_> = self.publishers.iter().map(|publisher| publisher.name()).collect();
        f.debug_struct("MetadataWriter")
            .field("publishers", &names)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::ids::{Offset, TopicId};
    use crate::metadata::TopicImage;
    use dmq_protocol::Uuid;

    #[derive(Default)]
    struct Recorder(Mutex<Vec<(i64, i64, usize)>>);

    impl MetadataPublisher for Recorder {
        fn name(&self) -> &'static str {
            "recorder"
        }

        fn publish(&self, old: &Arc<MetadataImage>, new: &Arc<MetadataImage>, changes: &MetadataChanges) {
            let seen = (
                old.provenance.last_offset.0,
                new.provenance.last_offset.0,
                changes.topics_created.len(),
            );
            self.0.lock().unwrap().push(seen);
        }
    }

    #[test]
    fn a_publisher_sees_the_present_when_registered_and_then_each_image_in_order() {
        let mut image = MetadataImage::empty("c");
        image.provenance.last_offset = Offset(4);
        image
            .topics
            .add(Arc::new(TopicImage::new("orders", TopicId(Uuid::from_u128(9)))));
        let mut writer = MetadataWriter::new(Arc::new(image.clone()));
        let (handle, recorder) = (writer.handle(), Arc::new(Recorder::default()));
        writer.register(recorder.clone());
        image.provenance.last_offset = Offset(5);
        writer.publish(Arc::new(image.clone()), &MetadataChanges::default());
        assert_eq!(handle.load().provenance.last_offset, Offset(5));
        assert_eq!(*recorder.0.lock().unwrap(), [(-1, 4, 1), (4, 5, 0)]);
    }
}
