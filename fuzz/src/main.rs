//! Fuzzes every decoder of the broker: one target for each, in one program that is linked once.
//!
//! `DMQ_FUZZ=<target> dmq-fuzz [libFuzzer's options] CORPUS` fuzzes; `DMQ_FUZZ=list dmq-fuzz` prints the targets' names;
//! `DMQ_FUZZ=seeds DMQ_FUZZ_CORPUS=DIR dmq-fuzz` writes each target's first corpus from the repository's golden bytes.
//! The script `run` beside this crate does all of it.
//!
//! A run fails when it panics, does not end, or holds more memory than its target grants an input of that length.
#![no_main]

mod golden;
mod memory;
mod targets;

use std::path::Path;
use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use targets::{TARGETS, Target};

static CHOSEN: OnceLock<&'static Target> = OnceLock::new();

/// Finds the target that the environment names, or does the other things that it may ask for and ends.
fn choose() {
    let wish = std::env::var("DMQ_FUZZ").unwrap_or_default();
    match wish.as_str() {
        "list" => TARGETS.iter().for_each(|target| println!("{}", target.name)),
        "seeds" => write_seeds(Path::new(&std::env::var("DMQ_FUZZ_CORPUS").expect("DMQ_FUZZ_CORPUS"))),
        name => match TARGETS.iter().find(|target| target.name == name) {
            Some(target) => {
                let _ = CHOSEN.set(target);
                return;
            }
            None => {
                eprintln!("DMQ_FUZZ={name} is no target; DMQ_FUZZ=list names them");
                std::process::exit(2);
            }
        },
    }
    std::process::exit(0);
}

fn write_seeds(corpora: &Path) {
    for target in TARGETS {
        let corpus = corpora.join(target.name);
        std::fs::create_dir_all(&corpus).expect("a place for the corpus");
        for (number, seed) in (target.seeds)().into_iter().enumerate() {
            std::fs::write(corpus.join(format!("seed-{number:04}")), seed).expect("write a seed");
        }
    }
}

fuzz_target!(init: choose(), |data: &[u8]| {
    let target = CHOSEN.get().expect("a target was chosen");
    // Copied before counting: the input itself is not what is measured.
    let input = bytes::Bytes::copy_from_slice(data);
    let peak = memory::peak_of(|| (target.run)(input));
    let granted = target.memory.once + target.memory.per_byte * data.len();
    assert!(peak <= granted, "{peak} bytes were held for an input of {}, {granted} are granted", data.len());
});
