//! Holds the layer table and the size of files and functions against the code itself.
//!
//! Layers only call downwards: an edge that is not in the table fails here, with the file and line that made it. The
//! exceptions on size are listed by name and may only shrink.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Each module and what it may use, as ARCHITECTURE.md draws it: everything in its row's second column.
const LAYERS: &[(&str, &[&str])] = &[
    ("ids", &[]),
    ("limits", &[]),
    ("env", &[]),
    ("telemetry", &["env"]),
    ("config", &["ids", "limits", "env"]),
    ("disk", &["ids", "limits", "env", "telemetry"]),
    ("log", &["disk", "ids", "limits", "env", "telemetry"]),
    ("metadata", &["config", "ids", "limits", "env", "telemetry"]),
    ("fetch_session", &["ids", "limits"]),
    ("quota", &["metadata", "ids", "limits", "env"]),
    (
        "partition",
        &["metadata", "log", "disk", "config", "ids", "limits", "env", "telemetry"],
    ),
    (
        "controller",
        &[
            "quota",
            "metadata",
            "log",
            "disk",
            "config",
            "ids",
            "limits",
            "env",
            "telemetry",
        ],
    ),
    (
        "coordinator",
        &[
            "partition",
            "metadata",
            "log",
            "config",
            "ids",
            "limits",
            "env",
            "telemetry",
        ],
    ),
    (
        "api",
        &[
            "coordinator",
            "controller",
            "partition",
            "fetch_session",
            "quota",
            "metadata",
            "log",
            "disk",
            "config",
            "ids",
            "limits",
            "env",
            "telemetry",
        ],
    ),
    (
        "controller_link",
        &["controller", "metadata", "config", "ids", "limits", "env", "telemetry"],
    ),
    (
        "net",
        &["api", "quota", "disk", "config", "ids", "limits", "env", "telemetry"],
    ),
    (
        "rest",
        &[
            "controller_link",
            "api",
            "controller",
            "partition",
            "quota",
            "metadata",
            "config",
            "ids",
            "limits",
            "env",
            "telemetry",
        ],
    ),
    (
        "server",
        &[
            "net",
            "rest",
            "controller_link",
            "api",
            "coordinator",
            "controller",
            "partition",
            "fetch_session",
            "quota",
            "metadata",
            "log",
            "disk",
            "config",
            "ids",
            "limits",
            "env",
            "telemetry",
        ],
    ),
    (
        "cli",
        &["server", "log", "disk", "config", "ids", "limits", "env", "telemetry"],
    ),
];

/// Files longer than this are split by duty.
const FILE_LINES_MAX: usize = 700;
/// Functions longer than this no longer fit a screen.
const FUNCTION_LINES_MAX: usize = 70;
/// Present exceptions, by file and function; take out what has been split.
const LONG_FUNCTIONS: &[(&str, &str)] = &[];

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources() -> Vec<(String, String)> {
    let mut files = rust_files(&root().join("src"));
    files.extend(rust_files(&root().join("protocol/src")));
    files.extend(rust_files(&root().join("protocol/derive/src")));
    let name = |path: &Path| path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
    files
        .iter()
        .map(|path| (name(path), fs::read_to_string(path).unwrap()))
        .collect()
}

/// The modules that a line of code reaches through `crate::`.
fn edges(line: &str) -> Vec<String> {
    let code = line.split("//").next().unwrap_or_default();
    let mut edges = Vec::new();
    for rest in code.split("crate::").skip(1) {
        let names = rest
            .strip_prefix('{')
            .map(|list| list.split('}').next().unwrap_or(list))
            .unwrap_or(rest);
        let grouped = rest.starts_with('{');
        for name in names.split(',') {
            let module: String = name
                .trim()
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            if !module.is_empty() {
                edges.push(module);
            }
            if !grouped {
                break;
            }
        }
    }
    edges
}

#[test]
fn layers_only_call_downwards() {
    let table: BTreeMap<&str, &[&str]> = LAYERS.iter().copied().collect();
    let mut broken = Vec::new();
    for (file, text) in sources() {
        let Some(inside) = file.strip_prefix("src/") else {
            continue;
        };
        let module = inside.split(['/', '.']).next().unwrap();
        if matches!(module, "main" | "lib") {
            continue;
        }
        let Some(allowed) = table.get(module) else {
            broken.push(format!("{file}: module '{module}' is not in the layer table"));
            continue;
        };
        for (number, line) in text.lines().enumerate() {
            for used in edges(line) {
                if used != module && table.contains_key(used.as_str()) && !allowed.contains(&used.as_str()) {
                    broken.push(format!("{file}:{}: {module} must not use {used}", number + 1));
                }
            }
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn only_disk_touches_unsafe_code_and_files() {
    let mut broken = Vec::new();
    for (file, text) in sources() {
        if file.starts_with("src/disk/") || file.ends_with("tests.rs") {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            if code.contains("unsafe {") || code.contains("tokio::fs") {
                broken.push(format!("{file}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn every_file_opens_with_its_duty_and_stays_short() {
    let mut broken = Vec::new();
    for (file, text) in sources() {
        if !text.starts_with("//!") {
            broken.push(format!("{file}: opens without a module doc"));
        }
        let lines = text.lines().count();
        if lines > FILE_LINES_MAX {
            broken.push(format!("{file}: {lines} lines, split it by duty"));
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

/// Functions by their indentation: `fn` opens one, a closing brace at the same column ends it.
fn long_functions(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut long = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let code = line.trim_start();
        let Some(name) = code.split("fn ").nth(1).filter(|_| !code.starts_with("//")) else {
            continue;
        };
        let before = code.split("fn ").next().unwrap_or_default();
        if !before
            .split_whitespace()
            .all(|word| word.starts_with("pub") || matches!(word, "async" | "const" | "unsafe"))
        {
            continue;
        }
        let indent = " ".repeat(line.len() - code.len());
        let end = lines[start..].iter().position(|line| *line == format!("{indent}}}"));
        if let Some(length) = end.filter(|length| *length + 1 > FUNCTION_LINES_MAX) {
            long.push((name.split(['(', '<']).next().unwrap_or(name).to_owned(), length + 1));
        }
    }
    long
}

#[test]
fn functions_fit_a_screen() {
    let mut broken = Vec::new();
    for (file, text) in sources() {
        for (function, lines) in long_functions(&text) {
            if !LONG_FUNCTIONS.contains(&(file.as_str(), function.as_str())) {
                broken.push(format!("{file}: fn {function} has {lines} lines"));
            }
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn the_project_names_no_machine_it_was_built_on() {
    let words = ["/work/", concat!("sha", "red/"), concat!("arti", "factory")];
    let mut broken = Vec::new();
    for (file, text) in sources() {
        for word in words {
            if text.contains(word) {
                broken.push(format!("{file}: mentions {word}"));
            }
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}
