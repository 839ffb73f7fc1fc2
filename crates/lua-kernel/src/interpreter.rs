//! The interpreters, and the loop that runs scripts in them.
//!
//! As in Redis, one interpreter runs scripts and another runs the functions of libraries.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use mlua::{ChunkMode, Error, Function, HookTriggers, Lua, LuaOptions, StdLib, Table, Value, VmState};
use redis_engine::scripting::{RegisteredFunction, ScriptJob, ScriptResult, ScriptWork};

use crate::frame::{FromChild, ToChild};
use crate::globals::{self, Protected};
use crate::parent_pipe::ParentPipe;
use crate::random::{self, Random};
use crate::redis_api;
use crate::replies::{self, ReplyError};
use crate::throw::{self, Thrown};
use crate::{MEMORY_LIMIT, bits, json, msgpack, structs};

/// Number of instructions between two checks whether the script was killed.
const INSTRUCTIONS_PER_CHECK: u32 = 100_000;

/// Maximum number of compiled scripts. When it is reached, all of them are forgotten: the parent sends the source with
/// every script.
const MAX_SCRIPTS: usize = 500;

/// When an interpreter uses more memory than this after a script, in bytes, its garbage is collected at once.
const MEMORY_TO_COLLECT: usize = 64 << 20;

/// What runs in an interpreter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// Scripts of EVAL.
    Scripts,
    /// Functions of libraries.
    Functions,
}

/// The functions that a library has registered so far.
#[derive(Debug)]
pub struct Library {
    /// The functions themselves, by name. They are in a table of Lua, because Rust can hold only 8,000 values.
    pub functions: Table,
    /// What the parent needs to know about the functions, in the order of their registration.
    pub registered: Vec<RegisteredFunction>,
}

/// State that the functions in both interpreters share.
pub struct Shared {
    pipe: RefCell<ParentPipe>,
    /// Whether the parent has killed the running script.
    is_killed: Cell<bool>,
    /// The version of RESP that the running script has set.
    pub protocol: Cell<u8>,
    /// The library that is being loaded, if any.
    pub loading: RefCell<Option<Library>>,
    /// The generator of `math.random` in both interpreters.
    random: Rc<Random>,
    /// How the running script has failed, if it has.
    failure: RefCell<Option<Failure>>,
}

/// The error of a script, and where it was raised.
#[derive(Debug, Clone)]
struct Failure {
    text: Vec<u8>,
    is_counted: bool,
    /// The source and the line.
    place: Option<(String, i64)>,
}

impl Shared {
    /// Sends a request and waits for the reply.
    ///
    /// # Errors
    /// Returns an error if the script was killed, or if the request is too long.
    pub fn request(&self, request: &FromChild) -> mlua::Result<Vec<u8>> {
        let mut pipe = self.pipe.borrow_mut();
        if pipe.send(request).is_err() {
            return Err(throw::redis_error("the arguments of the command are too long"));
        }
        loop {
            match pipe.receive() {
                Some(ToChild::Reply { bytes }) if self.is_killed.get() => {
                    drop(bytes);
                    return Err(throw::redis_error(redis_api::KILLED));
                }
                Some(ToChild::Reply { bytes }) => return Ok(bytes),
                Some(ToChild::Kill) => self.is_killed.set(true),
                Some(ToChild::Start(_)) => {}
                // The parent has ended, so nobody needs the result.
                None => std::process::exit(0),
            }
        }
    }

    /// Returns whether the parent has killed the running script.
    fn check_killed(&self) -> bool {
        if !self.is_killed.get() && self.pipe.borrow().has_arrived() {
            match self.pipe.borrow_mut().receive() {
                Some(ToChild::Kill) => self.is_killed.set(true),
                Some(_) => {}
                None => std::process::exit(0),
            }
        }
        self.is_killed.get()
    }
}

/// The child process: both interpreters, and the pipe to the parent.
pub struct Kernel {
    shared: Rc<Shared>,
    scripts: Interpreter,
    functions: Interpreter,
    /// The compiled scripts by digest, in a table of Lua, because Rust can hold only 8,000 values.
    compiled: Table,
    /// Number of compiled scripts.
    compiled_count: usize,
    libraries: HashMap<u64, Library>,
}

/// An interpreter with the global names of Redis.
struct Interpreter {
    lua: Lua,
    protected: Rc<Protected>,
    /// The hidden table of global names.
    names: Table,
    /// Calls a function with an error handler.
    run: Function,
    /// The two versions of the table `redis`: while a library is loaded, and otherwise.
    loading_api: Table,
    api: Table,
}

impl Kernel {
    /// Creates both interpreters.
    ///
    /// # Errors
    /// Returns an error if there is not enough memory.
    pub fn new(pipe: ParentPipe) -> mlua::Result<Self> {
        let shared = Rc::new(Shared {
            pipe: RefCell::new(pipe),
            is_killed: Cell::new(false),
            protocol: Cell::new(2),
            loading: RefCell::new(None),
            random: Rc::default(),
            failure: RefCell::new(None),
        });
        let scripts = Interpreter::new(&shared, Environment::Scripts)?;
        let functions = Interpreter::new(&shared, Environment::Functions)?;
        let compiled = scripts.lua.create_table()?;
        Ok(Kernel { shared, scripts, functions, compiled, compiled_count: 0, libraries: HashMap::new() })
    }

    /// Runs scripts until the parent closes the pipe. Returns the exit code of the process.
    pub fn serve(mut self) -> i32 {
        loop {
            let frame = self.shared.pipe.borrow_mut().receive();
            match frame {
                Some(ToChild::Start(job)) => {
                    self.shared.is_killed.set(false);
                    self.shared.protocol.set(2);
                    let result = self.run(&job).unwrap_or_else(|error| failed_without_place(&error));
                    let sent = self.shared.pipe.borrow_mut().send(&FromChild::Done(result));
                    if sent.is_err() {
                        return 1;
                    }
                    self.clean_up();
                }
                // The script that should be killed has just ended.
                Some(ToChild::Kill | ToChild::Reply { .. }) => {}
                None => return 0,
            }
        }
    }

    fn run(&mut self, job: &ScriptJob) -> mlua::Result<ScriptResult> {
        match &job.work {
            ScriptWork::Compile { sha, source } => Ok(match self.script(sha, source)? {
                Ok(_) => ScriptResult::Compiled,
                Err(error) => ScriptResult::NotCompiled { error },
            }),
            ScriptWork::Script { sha, source } => {
                let function = match self.script(sha, source)? {
                    Ok(function) => function,
                    Err(error) => return Ok(ScriptResult::NotCompiled { error }),
                };
                let Interpreter { lua, names, .. } = &self.scripts;
                names.raw_set("KEYS", strings(lua, &job.keys)?)?;
                names.raw_set("ARGV", strings(lua, &job.args)?)?;
                self.scripts.call(&self.shared, &function, None, job, sha)
            }
            ScriptWork::LoadLibrary { id, source } => self.load_library(*id, source),
            ScriptWork::Function { library, source, name } => {
                if !self.libraries.contains_key(library) {
                    let loaded = self.load_library(*library, source)?;
                    if !matches!(loaded, ScriptResult::Registered { .. }) {
                        return Ok(loaded);
                    }
                }
                let functions = self.libraries.get(library).map(|library| library.functions.clone());
                let name_in_lua = self.functions.lua.create_string(name)?;
                let function = functions.map_or(Ok(Value::Nil), |functions| functions.raw_get(name_in_lua))?;
                let Value::Function(function) = function else {
                    let error = b"ERR Function not found".to_vec();
                    return Ok(ScriptResult::Failed { error, is_counted: false });
                };
                let lua = &self.functions.lua;
                let args = (strings(lua, &job.keys)?, strings(lua, &job.args)?);
                self.functions.call(&self.shared, &function, Some(args), job, &String::from_utf8_lossy(name))
            }
        }
    }

    /// Compiles a script, unless it has been compiled before. The inner error is the message for the client.
    fn script(&mut self, sha: &str, source: &[u8]) -> mlua::Result<Result<Function, Vec<u8>>> {
        if let Value::Function(function) = self.compiled.raw_get(sha)? {
            return Ok(Ok(function));
        }
        match self.scripts.compile(source, "@user_script")? {
            Ok(function) => {
                if self.compiled_count >= MAX_SCRIPTS {
                    self.compiled.clear()?;
                    self.compiled_count = 0;
                }
                self.compiled.raw_set(sha, &function)?;
                self.compiled_count += 1;
                Ok(Ok(function))
            }
            Err(text) => Ok(Err([b"ERR Error compiling script (new function): ", &text[..]].concat())),
        }
    }

    fn load_library(&mut self, id: u64, source: &[u8]) -> mlua::Result<ScriptResult> {
        let function = match self.functions.compile(source, "@user_function")? {
            Ok(function) => function,
            Err(text) => {
                let error = [b"ERR Error compiling function: ", &text[..]].concat();
                return Ok(ScriptResult::NotCompiled { error });
            }
        };
        let functions = self.functions.lua.create_table()?;
        *self.shared.loading.borrow_mut() = Some(Library { functions, registered: Vec::new() });
        self.shared.failure.borrow_mut().take();
        let Interpreter { names, run, loading_api, api, .. } = &self.functions;
        names.raw_set("redis", loading_api)?;
        let outcome: mlua::Result<(bool, Value)> = run.call(function);
        names.raw_set("redis", api)?;
        let library = self.shared.loading.borrow_mut().take();
        let failure = self.shared.failure.borrow_mut().take();
        match (outcome, library) {
            (Ok((true, _)), Some(library)) => {
                let functions = library.registered.clone();
                self.libraries.insert(id, library);
                Ok(ScriptResult::Registered { functions })
            }
            (outcome, _) => {
                let text = failure.map_or_else(|| other_failure(&outcome), |failure| failure.text);
                let error = [b"ERR Error registering functions: ", &text[..]].concat();
                Ok(ScriptResult::NotCompiled { error })
            }
        }
    }

    /// Undoes what a script may have changed in its interpreter, and collects garbage if there is much.
    fn clean_up(&self) {
        for Interpreter { lua, protected, .. } in [&self.scripts, &self.functions] {
            lua.gc_restart();
            lua.gc_set_pause(200);
            lua.gc_set_step_multiplier(200);
            if protected.clean().is_err() || lua.used_memory() > MEMORY_TO_COLLECT {
                // An error of a finalizer does not matter: scripts cannot have finalizers.
                drop(lua.gc_collect());
            }
        }
    }
}

impl Interpreter {
    fn new(shared: &Rc<Shared>, environment: Environment) -> mlua::Result<Self> {
        let libraries = StdLib::TABLE | StdLib::STRING | StdLib::MATH | StdLib::OS;
        let lua = Lua::new_with(libraries, LuaOptions::new().catch_rust_panics(true))?;
        let protected = Rc::new(Protected::default());
        let globals = lua.globals();
        random::install(&lua, &globals.raw_get("math")?, &shared.random)?;
        let run = runner(&lua, shared)?;
        let api = redis_api::create(&lua, shared, environment)?;
        let loading_api = redis_api::create_for_loading(&lua, shared)?;
        let _ = globals::refuse_unknown_names(&lua, &loading_api)?;
        let libraries = [
            ("redis", api),
            ("cjson", json::create(&lua)?),
            ("cmsgpack", msgpack::create(&lua)?),
            ("bit", bits::create(&lua)?),
            ("struct", structs::create(&lua)?),
        ];
        let names = globals::install(&lua, &protected, &libraries)?;
        if environment == Environment::Scripts {
            names.raw_set("__redis__err__handler", lua.create_function(|_, value: Value| Ok(value))?)?;
        }
        let api = names.raw_get("redis")?;
        let loading_api = protected.add(&lua, &loading_api)?;
        let killed = shared.clone();
        let triggers = HookTriggers::new().every_nth_instruction(INSTRUCTIONS_PER_CHECK);
        lua.set_global_hook(triggers, move |lua, _| match killed.check_killed() {
            true => Err(killed_error(lua)),
            false => Ok(VmState::Continue),
        })?;
        lua.set_memory_limit(MEMORY_LIMIT)?;
        Ok(Interpreter { lua, protected, names, run, loading_api, api })
    }

    /// Compiles source code. The inner error is the message of the compiler.
    fn compile(&self, source: &[u8], name: &str) -> mlua::Result<Result<Function, Vec<u8>>> {
        let source = globals::as_text(&self.lua, source)?;
        let source = source.as_bytes();
        match self.lua.load(&*source).set_name(name).set_mode(ChunkMode::Text).into_function() {
            Ok(function) => Ok(Ok(function)),
            Err(Error::SyntaxError { message, .. }) => Ok(Err(message.into_bytes())),
            Err(error) => match throw::thrown(&error) {
                Thrown::Text(text) | Thrown::Table { err: text, .. } => Ok(Err(text)),
            },
        }
    }

    /// Calls a function, and converts its result to a reply.
    fn call(
        &self,
        shared: &Shared,
        function: &Function,
        args: Option<(Table, Table)>,
        job: &ScriptJob,
        name: &str,
    ) -> mlua::Result<ScriptResult> {
        shared.failure.borrow_mut().take();
        let outcome: mlua::Result<(bool, Value)> = match args {
            Some((keys, args)) => self.run.call((function, keys, args)),
            None => self.run.call(function),
        };
        let failure = shared.failure.borrow_mut().take();
        match outcome {
            Ok((true, value)) => {
                let is_killed = || shared.check_killed();
                Ok(match replies::to_resp(&value, job.protocol, shared.protocol.get(), &is_killed) {
                    Ok(resp) => ScriptResult::Replied { resp },
                    Err(ReplyError::Killed) => failed(format!("ERR {} script: {name}.", redis_api::KILLED)),
                    Err(ReplyError::TooLong) => failed(format!("ERR the reply is too long script: {name}.")),
                    Err(ReplyError::Unreadable) => failed(format!("ERR not enough memory script: {name}.")),
                })
            }
            outcome => Ok(match failure {
                Some(Failure { mut text, is_counted, place }) => {
                    if let Some((source, line)) = place {
                        text.extend(format!(" script: {name}, on {source}:{line}.").bytes());
                    }
                    ScriptResult::Failed { error: text, is_counted }
                }
                None => {
                    let text = other_failure(&outcome);
                    let text = String::from_utf8_lossy(&text[..text.len().min(100)]).into_owned();
                    failed(format!("ERR Error running script {name}, {text}"))
                }
            }),
        }
    }
}

fn killed_error(_: &Lua) -> Error {
    throw::redis_error(redis_api::KILLED)
}

fn failed(error: String) -> ScriptResult {
    ScriptResult::Failed { error: error.into_bytes(), is_counted: false }
}

fn failed_without_place(error: &Error) -> ScriptResult {
    let (Thrown::Text(text) | Thrown::Table { err: text, .. }) = throw::thrown(error);
    ScriptResult::Failed { error: [b"ERR ", &text[..]].concat(), is_counted: false }
}

/// Returns the text of an error for which the error handler was not called, such as the lack of memory.
fn other_failure(outcome: &mlua::Result<(bool, Value)>) -> Vec<u8> {
    match outcome {
        Ok((_, Value::String(text))) => text.as_bytes().to_vec(),
        Ok((_, Value::Error(error))) => match throw::thrown(error) {
            Thrown::Text(text) | Thrown::Table { err: text, .. } => text,
        },
        Ok(_) => b"execution failure".to_vec(),
        Err(error) => match throw::thrown(error) {
            Thrown::Text(text) | Thrown::Table { err: text, .. } => text,
        },
    }
}

/// Returns a function that calls a function with arguments, and returns true and its first result, or false and the
/// error. The error handler stores the failure in `shared`.
fn runner(lua: &Lua, shared: &Rc<Shared>) -> mlua::Result<Function> {
    let shared = shared.clone();
    let handler = lua.create_function(move |lua, error: Value| {
        *shared.failure.borrow_mut() = Some(failure(lua, &error)?);
        Ok(error)
    })?;
    let xpcall: Function = lua.globals().raw_get("xpcall")?;
    let chunk = lua.load(
        "local xpcall, handler = ...
         return function(f, keys, args)
           local ok, value
           if keys then
             ok, value = xpcall(function() return f(keys, args) end, handler)
           else
             ok, value = xpcall(f, handler)
           end
           return ok, value
         end",
    );
    chunk.set_name("=[C]").call((xpcall, handler))
}

/// Returns the text of an error and the place where it was raised, as the error handler of Redis does.
fn failure(lua: &Lua, error: &Value) -> mlua::Result<Failure> {
    let level = |level| {
        lua.inspect_stack(level, |debug| {
            let source = debug.source();
            let name = source.source.map(|name| name.into_owned()).unwrap_or_default();
            (source.what == "C", name, debug.current_line().map_or(-1, |line| line as i64))
        })
    };
    let place = match level(1) {
        Some((true, ..)) => level(2),
        place => place,
    };
    let place = place.map(|(_, source, line)| (source, line));
    let (text, is_counted) = match throw::to_script_value(lua, error.clone())? {
        Value::Table(table) => {
            let text = match table.get("err")? {
                Value::String(text) => text.as_bytes().to_vec(),
                Value::Number(n) => crate::g_format::format_g(n, 14).into_bytes(),
                _ => b"ERR unknown error".to_vec(),
            };
            (text, table.get::<Value>("ignore_error_stats_update")?.as_boolean() == Some(true))
        }
        Value::String(text) => ([b"ERR ", &*text.as_bytes()].concat(), false),
        value => {
            let text = match &value {
                Value::Number(n) => crate::g_format::format_g(*n, 14),
                value => value.to_string().unwrap_or_default(),
            };
            (format!("ERR {text}").into_bytes(), false)
        }
    };
    Ok(Failure { text, is_counted, place })
}

/// Returns a table of strings.
fn strings(lua: &Lua, words: &[Vec<u8>]) -> mlua::Result<Table> {
    let table = lua.create_table_with_capacity(words.len(), 0)?;
    for (index, word) in words.iter().enumerate() {
        table.raw_set(index + 1, lua.create_string(word)?)?;
    }
    Ok(table)
}
