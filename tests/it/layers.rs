//! Checks that the code keeps to the layers in ARCHITECTURE.md: which modules may use which other modules, and which
//! files may use the file system, sockets, processes, the wall clock, the terminal and colours. The tests split the
//! source files into tokens, and do not know any types.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// The modules of `src` from the bottom layer up, each with the other modules and the workspace crates that it may use.
/// All modules may use `messages`. A new module needs a row here. For a submodule, a row such as `session::runtime`
/// applies instead of the row of `session`. The crates need no rows, because the compiler already ensures that they do
/// not depend on the tutor.
const MAY_NAME: &[(&str, &[&str])] = &[
    ("messages", &[]),
    ("markup", &[]),
    ("spelling", &["redis_engine"]),
    ("bare_words", &[]),
    ("lesson", &["redis_engine", "bare_words", "markup", "spelling"]),
    ("redis_cli", &["redis_engine", "markup"]),
    // From `python_kernel`, the session may use only the protocol of the child process, the redis-py methods and the
    // Python syntax. The driver runs the child process.
    (
        "session",
        &[
            "bare_words",
            "lesson",
            "python_kernel::frame",
            "python_kernel::redis_methods",
            "python_kernel::syntax",
            "redis_cli",
            "redis_engine",
            "markup",
            "spelling",
        ],
    ),
    // The submodules of `session`, from the bottom up. `session::commands` may use all of them.
    ("session::picture", &["redis_engine"]),
    ("session::display", &["lesson", "python_kernel::frame", "python_kernel::redis_methods", "redis_engine", "markup"]),
    ("session::event", &["session::display", "session::picture", "lesson", "python_kernel::frame", "markup"]),
    // The runtime does not depend on lessons. From `lesson`, it may use only `evidence`, the record of a submission.
    (
        "session::runtime",
        &[
            "session::event",
            "session::display",
            "bare_words",
            "lesson::evidence",
            "python_kernel::frame",
            "python_kernel::redis_methods",
            "python_kernel::syntax",
            "redis_cli",
            "redis_engine",
            "markup",
            "spelling",
        ],
    ),
    (
        "session::race",
        &[
            "session::event",
            "session::runtime",
            "lesson",
            "python_kernel::frame",
            "python_kernel::syntax",
            "redis_engine",
            "markup",
        ],
    ),
    (
        "session::lesson_run",
        &[
            "session::event",
            "session::display",
            "session::options",
            "session::picture",
            "session::runtime",
            "session::race",
            "lesson",
            "python_kernel::syntax",
            "redis_engine",
            "markup",
        ],
    ),
    // Only `user_files` reads and writes the user's files.
    ("user_files", &["lesson", "markup"]),
    // The driver starts Python processes and opens a port for TCP clients. It does not depend on the terminal.
    ("driver", &["session", "user_files", "lesson", "python_kernel", "redis_server", "adaptive_spin"]),
    ("render", &["session", "markup"]),
    (
        "transcript",
        &[
            "driver",
            "render",
            "session",
            "user_files",
            "lesson",
            "python_kernel::syntax",
            "redis_cli",
            "redis_engine",
            "markup",
        ],
    ),
    (
        "shell",
        &[
            "driver",
            "redis_server",
            "render",
            "session",
            "user_files",
            "lesson",
            "python_kernel::syntax",
            "redis_cli",
            "redis_engine",
            "markup",
        ],
    ),
    (
        "cli",
        &[
            "shell",
            "redis_server",
            "transcript",
            "driver",
            "render",
            "session",
            "user_files",
            "lesson",
            "python_kernel",
            "lua_kernel",
            "redis_engine",
            "markup",
        ],
    ),
];

/// The names of the workspace's crates as they are written in Rust paths.
const CRATES: &[&str] =
    &["redis_engine", "redis_server", "python_kernel", "lua_kernel", "adaptive_spin", "child_sandbox"];

/// Items whose use is restricted because they have side effects outside the program, or because they are dependencies
/// that only some code may use. Each row lists items, and then the only files and folders of the workspace that may use
/// them.
const ONLY_IN: &[(&[&str], &[&str])] = &[
    // Only `user_files` may access the user's files. The other entries are code that reads system information, code
    // that replaces a closed terminal with `/dev/null`, and tests.
    (
        &["std::fs"],
        &[
            "user_files",
            "driver/child_threads.rs",
            "shell/terminal_modes",
            "shell/history.rs",
            "cli/lesson_schema_test.rs",
            "redis-server",
            "python-kernel/kernel",
            "lua-kernel/parent_pipe.rs",
            "child-sandbox",
        ],
    ),
    (&["mio", "socket2"], &["redis-server"]),
    // The driver uses only the address types in `std::net`, and opens no sockets.
    (&["std::net"], &["redis-server", "driver/host.rs"]),
    (
        &["std::process"],
        &[
            "main.rs",
            "cli",
            "driver",
            "shell",
            "user_files",
            "redis-server",
            "python-kernel/kernel",
            "python-kernel/main.rs",
            "lua-kernel",
        ],
    ),
    // The Python parser uses a thread only to get a large stack.
    (
        &["std::thread"],
        &[
            "driver",
            "shell",
            "user_files/disk.rs",
            "redis-server",
            "python-kernel/kernel",
            "python-kernel/syntax/stack.rs",
            "lua-kernel/lib.rs",
            "adaptive-spin",
        ],
    ),
    (&["std::env"], &["main.rs", "cli", "driver", "shell", "redis-server/main.rs", "redis-engine/commands/info.rs"]),
    // `user_files` reads the timestamps of files, but not the clock.
    (
        &["std::time::SystemTime", "std::time::Instant"],
        &[
            "cli",
            "driver",
            "shell",
            "user_files/file_system.rs",
            "redis-server",
            "lua-kernel/child.rs",
            "adaptive-spin",
        ],
    ),
    (
        &["std::io"],
        &[
            "cli",
            "driver",
            "shell",
            "user_files",
            "redis-server",
            "transcript",
            "python-kernel/frame.rs",
            "python-kernel/kernel",
            "lua-kernel",
            "child-sandbox/resources.rs",
        ],
    ),
    // These macros panic if standard output or standard error is closed.
    (&["print!", "println!", "eprint!", "eprintln!"], &[]),
    // In `cli`, only `output.rs` writes messages. It makes hidden characters in them visible.
    (
        &["std::io::stderr"],
        &[
            "cli/output.rs",
            "shell/terminal_modes",
            "transcript/script.rs",
            "user_files/disk.rs",
            "python-kernel/kernel",
            "redis-server",
        ],
    ),
    // All other code uses `markup::DisplayWidth`, which measures the displayed width of text.
    (
        &["unicode_width"],
        &["markup/columns.rs", "render/svg.rs", "session/picture", "python-kernel/kernel/traceback/carets.rs"],
    ),
    (&["dbg!", "todo!", "unimplemented!"], &[]),
    (&["nu_ansi_term"], &["render/theme.rs"]),
    (&["rustyline"], &["shell", "cli/args.rs"]),
    (&["clap", "clap_complete", "clap_mangen"], &["cli"]),
    (&["etcetera", "tempfile"], &["user_files"]),
    (&["ctrlc"], &["driver", "redis-server", "python-kernel/kernel"]),
    (&["rustpython_vm", "rustpython_stdlib"], &["python-kernel/kernel"]),
    (
        &["rustpython_compiler", "ruff_text_size"],
        &["python-kernel/redis_methods.rs", "python-kernel/syntax.rs", "python-kernel/syntax", "python-kernel/kernel"],
    ),
];

#[test]
fn each_module_names_only_modules_of_lower_layers() {
    let mut violations = Vec::new();
    // `main.rs` and `lib.rs` belong to no layer, because they connect all modules.
    for source in SOURCES.iter().filter(|source| !source.is_in_crate && !source.module.is_empty()) {
        let module = source.module.join("::");
        let rows = MAY_NAME.iter().filter(|(name, _)| is_within(&module, name));
        let Some((layer, allowed)) = rows.max_by_key(|(name, _)| name.len()) else {
            violations.push(format!("{}: `{module}` belongs to no layer: add a row to MAY_NAME", source.name));
            continue;
        };
        for found in &source.paths {
            let in_this_package = found.path.strip_prefix("crate::");
            let in_a_crate = CRATES.iter().any(|name| is_within(&found.path, name)).then_some(found.path.as_str());
            let Some(path) = in_this_package.or(in_a_crate) else { continue };
            let mut allowed = allowed.iter().chain([layer, &"messages"]);
            if !allowed.any(|allowed| is_within(path, allowed)) {
                violations.push(format!("{}:{}: `{layer}` must not use `{path}`", source.name, found.line));
            }
        }
    }
    assert!(violations.is_empty(), "{}", violations.join("\n"));
}

#[test]
fn side_effects_are_used_only_where_they_are_allowed() {
    let mut violations = Vec::new();
    for source in SOURCES.iter() {
        for (restricted, places) in ONLY_IN {
            if places.iter().any(|place| Path::new(&source.name).starts_with(place)) {
                continue;
            }
            for found in &source.paths {
                if let Some(item) = restricted.iter().find(|item| is_within(&found.path, item)) {
                    violations.push(format!("{}:{}: `{item}` may only be used in {places:?}", source.name, found.line));
                }
            }
        }
    }
    assert!(violations.is_empty(), "{}", violations.join("\n"));
}

#[test]
fn every_row_names_an_existing_file_or_folder() {
    let modules = MAY_NAME.iter().map(|(module, _)| module.replace("::", "/"));
    let places = ONLY_IN.iter().flat_map(|(_, places)| places.iter().map(|place| (*place).to_owned()));
    for place in modules.chain(places) {
        let is_at_place =
            |source: &Source| source.name == format!("{place}.rs") || Path::new(&source.name).starts_with(&place);
        assert!(SOURCES.iter().any(is_at_place), "no file in src or crates matches {place}: remove its row");
    }
}

/// Returns whether `path` is `outer` or an item inside it.
fn is_within(path: &str, outer: &str) -> bool {
    path.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// A source file in the workspace, with all the paths that its code mentions.
struct Source {
    /// The path relative to `src` (`session/mod.rs`). For a file in a crate, the crate's name comes first
    /// (`redis-engine/call.rs`).
    name: String,
    /// Whether the file belongs to one of `CRATES`.
    is_in_crate: bool,
    /// The module path, such as `["session", "clock"]`. It is empty for `lib.rs` and `main.rs`.
    module: Vec<String>,
    paths: Vec<NamedPath>,
}

/// A Rust path in the code, resolved to its full form, such as `std::fs`, `crate::engine::Engine` or `println!`.
struct NamedPath {
    line: usize,
    path: String,
}

/// All source files of the workspace, without the `tests` folders.
static SOURCES: LazyLock<Vec<Source>> = LazyLock::new(sources);

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = sources_below(&root.join("src"), None);
    for name in CRATES.iter().map(|name| name.replace('_', "-")) {
        sources.extend(sources_below(&root.join("crates").join(&name).join("src"), Some(&name)));
    }
    assert!(sources.len() > 200, "only {} files were found below {}", sources.len(), root.display());
    sources
}

/// Reads the source files in a folder of the crate `name_of_crate`, or of the root package if `name_of_crate` is
/// `None`.
fn sources_below(folder: &Path, name_of_crate: Option<&str>) -> Vec<Source> {
    let mut files = Vec::new();
    collect_rust_files(folder, &mut files);
    files.sort();
    files
        .iter()
        .map(|file| {
            let below =
                file.strip_prefix(folder).expect("the file is in the folder").to_str().expect("names are ASCII");
            let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{below}: {error}"));
            let module = module_of(below);
            let paths = named_paths(&tokens(&text), &module);
            let name = name_of_crate.map_or(below.to_owned(), |name| format!("{name}/{below}"));
            Source { name, is_in_crate: name_of_crate.is_some(), module, paths }
        })
        .collect()
}

fn collect_rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the source folder exists") {
        let path = entry.expect("the folder can be listed").path();
        if path.is_dir() {
            collect_rust_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// Converts a file name to its module path. For example, `session/clock.rs` is `session::clock`, and `session/mod.rs`
/// is `session`.
fn module_of(name: &str) -> Vec<String> {
    let mut module: Vec<String> = name.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if module.last().is_some_and(|last| matches!(last.as_str(), "mod" | "lib" | "main")) {
        module.pop();
    }
    module
}

/// A word, a number, `::`, or a single punctuation character. Literals and comments are not tokens.
struct Token {
    line: usize,
    text: String,
}

fn tokens(source: &str) -> Vec<Token> {
    let chars: Vec<char> = source.chars().collect();
    let mut tokens = Vec::new();
    let (mut at, mut line) = (0, 1);
    while at < chars.len() {
        let end = token_end(&chars, at);
        let text: String = chars[at..end].iter().collect();
        let is_word = chars[at].is_alphanumeric() || chars[at] == '_';
        let is_sign = chars[at].is_ascii_punctuation() && !matches!(chars[at], '"' | '\'');
        let is_comment = text.starts_with("//") || text.starts_with("/*");
        if (is_word && !text.ends_with(['"', '#'])) || (is_sign && !is_comment) {
            tokens.push(Token { line, text: text.trim_start_matches("r#").to_owned() });
        }
        line += text.matches('\n').count();
        at = end;
    }
    tokens
}

/// Returns the end (exclusive) of the token, literal or comment that begins at `at`.
fn token_end(chars: &[char], at: usize) -> usize {
    let rest = &chars[at..];
    let starts = |text: &str| text.chars().enumerate().all(|(i, c)| rest.get(i) == Some(&c));
    let length = if starts("//") {
        rest.iter().take_while(|&&c| c != '\n').count()
    } else if starts("/*") {
        let ends = rest.windows(2).position(|pair| pair == ['*', '/']);
        ends.map_or(rest.len(), |position| position + 2)
    } else if starts("::") {
        2
    } else if let Some(quote) = opening_quote(rest) {
        let raw = rest[..quote].contains(&'r');
        let hashes = rest[..quote].iter().filter(|&&c| c == '#').count();
        quote + 1 + quoted_length(&rest[quote + 1..], raw.then_some(hashes))
    } else if rest[0] == '\'' {
        character_length(rest)
    } else if rest[0].is_alphanumeric() || rest[0] == '_' {
        rest.iter().take_while(|c| c.is_alphanumeric() || **c == '_').count()
    } else {
        1
    };
    at + length
}

/// Returns the position of the opening `"` if `rest` begins with a string literal, whose prefix may be `b`, `c`, `r` or
/// `br##`, for example.
fn opening_quote(rest: &[char]) -> Option<usize> {
    let prefix = rest.iter().take_while(|c| matches!(c, 'b' | 'c' | 'r')).count();
    let hashes =
        if rest[..prefix].contains(&'r') { rest[prefix..].iter().take_while(|&&c| c == '#').count() } else { 0 };
    (prefix <= 2 && rest.get(prefix + hashes) == Some(&'"')).then_some(prefix + hashes)
}

/// Returns the length of a string literal after its opening quote, including the closing quote. A raw string ends at a
/// quote that is followed by `raw_hashes` `#` characters.
fn quoted_length(rest: &[char], raw_hashes: Option<usize>) -> usize {
    let mut at = 0;
    while at < rest.len() {
        match (rest[at], raw_hashes) {
            ('\\', None) => at += 1,
            ('"', None) => return at + 1,
            ('"', Some(hashes)) if rest[at + 1..].iter().take_while(|&&c| c == '#').count() >= hashes => {
                return at + 1 + hashes;
            }
            _ => {}
        }
        at += 1;
    }
    rest.len()
}

/// Returns the length of a character literal (`'a'`, `'\n'`, `'\u{e9}'`), or 1 for the `'` of a lifetime.
fn character_length(rest: &[char]) -> usize {
    match (rest.get(1), rest.get(2)) {
        (Some('\\'), _) => 3 + rest[3..].iter().take_while(|&&c| c != '\'').count() + 1,
        (Some(_), Some('\'')) => 3,
        _ => 1,
    }
}

/// Returns every path that the tokens of `module` mention, with `use` groups expanded, and with `self` and `super`
/// resolved.
fn named_paths(tokens: &[Token], module: &[String]) -> Vec<NamedPath> {
    let mut found = Vec::new();
    let mut here = module.to_vec();
    // `inline` contains the brace depth inside each open inline module.
    let (mut depth, mut inline) = (0, Vec::new());
    let mut at = 0;
    while at < tokens.len() {
        let text = tokens[at].text.as_str();
        match text {
            "{" => depth += 1,
            "}" => {
                if inline.last() == Some(&depth) {
                    inline.pop();
                    here.pop();
                }
                depth -= 1;
            }
            "mod" if tokens.get(at + 2).is_some_and(|token| token.text == "{") => {
                here.push(tokens[at + 1].text.clone());
                inline.push(depth + 1);
                at += 1;
            }
            _ if is_word(text) && (at == 0 || tokens[at - 1].text != "::") => {
                at = collect_paths(tokens, at, &[], &here, &mut found);
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// Adds the path that begins at `at` to `found`, or all paths of a `use` group. Returns the position after the path or
/// group. `prefix` is the path before the surrounding group.
fn collect_paths(
    tokens: &[Token],
    mut at: usize,
    prefix: &[String],
    here: &[String],
    found: &mut Vec<NamedPath>,
) -> usize {
    let line = tokens[at].line;
    let mut path = prefix.to_vec();
    while let Some(token) = tokens.get(at).filter(|token| is_word(&token.text)) {
        path.push(token.text.clone());
        at += 1;
        if tokens.get(at).is_none_or(|token| token.text != "::") {
            break;
        }
        at += 1;
    }
    let next = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    if next(at) == "{" && next(at - 1) == "::" {
        at += 1;
        while !matches!(next(at), "}" | "") {
            at = if is_word(next(at)) { collect_paths(tokens, at, &path, here, found) } else { at + 1 };
        }
        return at + 1;
    }
    // A `!` marks a macro call, unless it is the start of `!=`.
    if next(at) == "!"
        && next(at + 1) != "="
        && let Some(last) = path.last_mut()
    {
        last.push('!');
    }
    found.push(NamedPath { line, path: resolved(path, here).join("::") });
    at
}

/// Resolves `self` and `super`. For example, `super::look` in `session::picture` is `crate::session::look`.
fn resolved(mut path: Vec<String>, here: &[String]) -> Vec<String> {
    let supers = path.iter().take_while(|word| *word == "super").count();
    if supers > 0 || path.first().is_some_and(|first| first == "self") {
        let outer = &here[..here.len().saturating_sub(supers)];
        path.drain(..supers.max(1));
        path = [&["crate".to_owned()], outer, &path].concat();
    }
    path
}

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

#[test]
fn paths_are_resolved_as_rust_resolves_them() {
    let source = r##"
        use std::{fs::{self, File}, net};
        use super::frame;
        // use std::comment;
        /* std::block */
        pub fn f<'a>(c: &'a str) -> bool { c != "std::text" && c != r#"std::raw "x""# && c.starts_with(['"', '\'']) }
        mod tests { use super::super::syntax; fn g() { println!("{}", super::f("")); } }
        fn h() { crate::engine::Engine::new(self::f(b"\"")) }
    "##;
    let module = ["session".to_owned(), "picture".to_owned()];
    let found: Vec<String> = named_paths(&tokens(source), &module).into_iter().map(|found| found.path).collect();
    for path in [
        "std::fs::self",
        "std::fs::File",
        "std::net",
        "crate::session::frame",
        "crate::session::syntax",
        "println!",
        "crate::session::picture::f",
        "crate::engine::Engine::new",
    ] {
        assert!(found.iter().any(|found| found == path), "{path} is not among {found:?}");
    }
    for text in ["comment", "block", "text", "raw", "x"] {
        assert!(found.iter().all(|found| found.split("::").last() != Some(text)), "{text} is among {found:?}");
    }
}
