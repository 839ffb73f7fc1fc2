//! The methods of the `redis` package as data, for help at the prompt: their parameters, what they do and return, and
//! an example. Most of the data is parsed from the package's own source files, so that it need not be written twice.

use std::sync::LazyLock;

use rustpython_compiler::ast::{Expr, Stmt, StmtClassDef, StmtFunctionDef};

use crate::syntax::{bytes, parse, suite};

/// A method of the `redis` package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Method {
    /// The name of the class that defines the method, such as `HashCommands` or `Pipeline`.
    pub class: String,
    /// The method's name, such as `hset`.
    pub name: String,
    /// The parameters after `self`, as redis-py declares them, such as `name, key=None`.
    pub parameters: String,
    /// What the method does and returns. Paragraphs are separated by blank lines.
    pub about: String,
    /// The lines of an example in Python. Empty if there is none.
    pub example: Vec<&'static str>,
}

impl Method {
    /// Returns the name of the variable on which examples call the method, such as `r` or `pipe`.
    #[must_use]
    pub fn owner(&self) -> &'static str {
        match self.class.as_str() {
            "Pipeline" => "pipe",
            "PubSub" => "subscriber",
            "Lock" => "lock",
            _ => "r",
        }
    }

    /// Returns whether the method sends the Redis command after which it is named. The class of such a method is a
    /// family of commands, such as `HashCommands`.
    #[must_use]
    pub fn is_command(&self) -> bool {
        self.class.ends_with("Commands")
    }
}

/// Returns all public methods: first those that send commands, then those of the client, and finally those of
/// pipelines, subscribers and locks.
#[must_use]
pub fn all() -> &'static [Method] {
    &METHODS
}

/// Returns the method with a qualified name, such as `HashCommands.hset`, or `None` if there is none. A method with a
/// second name, such as `incr` for `incrby`, can be found under either name.
#[must_use]
pub fn by_qualified_name(qualified_name: &str) -> Option<&'static Method> {
    let (class, name) = qualified_name.rsplit_once('.')?;
    METHODS.iter().find(|method| method.class == class && method.name == name)
}

/// Returns the first method with the given name, such as `hset`, or `None` if there is none.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static Method> {
    METHODS.iter().find(|method| method.name == name)
}

/// The package's source files to parse, each with the names of the classes whose methods are listed. An empty list
/// stands for all classes whose names end in `Commands`.
const SOURCES: &[(&str, &[&str])] = &[
    (include_str!("redis_package/redis/commands/strings.py"), &[]),
    (include_str!("redis_package/redis/commands/hashes.py"), &[]),
    (include_str!("redis_package/redis/commands/lists.py"), &[]),
    (include_str!("redis_package/redis/commands/sets.py"), &[]),
    (include_str!("redis_package/redis/commands/sorted_sets.py"), &[]),
    (include_str!("redis_package/redis/commands/keys.py"), &[]),
    (include_str!("redis_package/redis/commands/scan.py"), &[]),
    (include_str!("redis_package/redis/commands/pubsub.py"), &[]),
    (include_str!("redis_package/redis/commands/connections.py"), &[]),
    (include_str!("redis_package/redis/commands/server.py"), &[]),
    (include_str!("redis_package/redis/commands/geo.py"), &[]),
    (include_str!("redis_package/redis/commands/hyperloglog.py"), &[]),
    (include_str!("redis_package/redis/commands/streams.py"), &[]),
    (include_str!("redis_package/redis/commands/acl.py"), &[]),
    (include_str!("redis_package/redis/commands/refused.py"), &[]),
    (include_str!("redis_package/redis/client.py"), &["Redis"]),
    (include_str!("redis_package/redis/pipeline.py"), &["Pipeline"]),
    (include_str!("redis_package/redis/pubsub.py"), &["PubSub"]),
    (include_str!("redis_package/redis/lock.py"), &["Lock"]),
];

/// The lines of all examples. Each line starts with the name of its method.
const EXAMPLES: &str = include_str!("redis_methods/examples.txt");

static METHODS: LazyLock<Vec<Method>> = LazyLock::new(|| {
    let mut methods = Vec::new();
    for (source, classes) in SOURCES {
        let parsed = parse(source);
        for class in suite(&parsed).iter().filter_map(Stmt::as_class_def_stmt) {
            let name = class.name.as_str();
            if classes.contains(&name) || (classes.is_empty() && name.ends_with("Commands")) {
                methods.extend(methods_of_class(class, source));
            }
        }
    }
    methods
});

fn methods_of_class(class: &StmtClassDef, source: &str) -> Vec<Method> {
    let functions = class.body.iter().filter_map(Stmt::as_function_def_stmt);
    let mut methods: Vec<Method> = functions
        .map(|function| Method {
            class: class.name.to_string(),
            name: function.name.to_string(),
            parameters: parameters(function, source),
            about: docstring(function).unwrap_or_default(),
            example: example(&function.name),
        })
        .collect();
    for (name, original) in class.body.iter().filter_map(second_name) {
        let method = methods.iter().find(|method| method.name == original);
        methods.extend(method.map(|method| Method { name: name.to_owned(), example: example(name), ..method.clone() }));
    }
    methods.retain(|method| !method.name.starts_with('_'));
    methods
}

/// Returns the new and the old name from a statement such as `incr = incrby`, or `None` for any other statement.
fn second_name(statement: &Stmt) -> Option<(&str, &str)> {
    let assignment = statement.as_assign_stmt()?;
    let [Expr::Name(name)] = assignment.targets.as_slice() else { return None };
    let Expr::Name(original) = &*assignment.value else { return None };
    Some((name.id.as_str(), original.id.as_str()))
}

/// Returns a function's parameters without the first one, on a single line.
fn parameters(function: &StmtFunctionDef, source: &str) -> String {
    let text = &source[bytes(&*function.parameters)];
    let text = text.trim_start_matches('(').trim_end_matches(')');
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    let (_, others) = text.split_once(',').unwrap_or_default();
    others.trim().trim_end_matches(',').to_owned()
}

fn docstring(function: &StmtFunctionDef) -> Option<String> {
    let Stmt::Expr(first) = function.body.first()? else { return None };
    let Expr::StringLiteral(text) = &*first.value else { return None };
    let paragraphs = text.value.to_str().split("\n\n");
    let lines = paragraphs.map(|paragraph| paragraph.split_whitespace().collect::<Vec<_>>().join(" "));
    Some(lines.filter(|paragraph| !paragraph.is_empty()).collect::<Vec<_>>().join("\n\n"))
}

fn example(name: &str) -> Vec<&'static str> {
    let lines = EXAMPLES.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once(": ").filter(|(method, _)| *method == name).map(|(_, code)| code)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_is_read_from_the_source_of_the_package() {
        let hset = by_qualified_name("HashCommands.hset").expect("the package has it");
        assert_eq!(hset.parameters, "name, key=None, value=None, mapping=None, items=None");
        assert!(hset.about.ends_with("Returns the number of new fields."), "{}", hset.about);
        assert_eq!(hset.example, ["r.hset('user:1000', mapping={'name': 'Alice', 'visits': 10})"]);
        let lock = by_name("lock").expect("the client has it");
        assert!(lock.parameters.starts_with("name, timeout=None, sleep=0.1,"), "{}", lock.parameters);
        assert_eq!(lock.example.len(), 3);
        assert_eq!((by_name("ping").map(|ping| ping.parameters.as_str()), by_name("_wait")), (Some("**kwargs"), None));
        assert_eq!(by_name("incr").map(|incr| incr.parameters.as_str()), Some("name, amount=1"));
        assert_eq!(by_name("dbsize").map(Method::owner), Some("r"));
        assert_eq!(by_qualified_name("Pipeline.execute").map(Method::owner), Some("pipe"));
        assert_eq!(by_name("execute").map(|method| method.parameters.as_str()), Some("raise_on_error=True"));
    }

    #[test]
    fn every_method_says_what_it_does_and_every_example_belongs_to_a_method() {
        for method in all() {
            assert!(method.about.ends_with(['.', '`']), "{}.{}: {:?}", method.class, method.name, method.about);
        }
        for line in EXAMPLES.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (name, code) = line.split_once(": ").expect("a line has a name and code");
            assert!(by_name(name).is_some(), "{line}");
            assert!(!code.is_empty(), "{line}");
        }
    }
}
