//! An engine with clients, whose scripts run in a child process.

use std::path::PathBuf;
use std::time::Duration;

use lua_kernel::{LuaRunner, Progress};

use crate::engine_script::Server;
use crate::engine_server::{ClientState, Connection, EngineServer};

/// Maximum time of a script of these tests. Reaching it means that a test has failed.
const MAX_TIME: Duration = Duration::from_secs(60);

/// An engine whose scripts run in a child process. Its time changes only through `advance`.
pub struct ScriptedServer {
    pub server: EngineServer,
    pub runner: LuaRunner,
}

impl ScriptedServer {
    /// Creates an empty server whose clock is at the given time, in microseconds since 1970.
    pub fn new(now_us: i64) -> Self {
        let mut server = EngineServer::new(now_us);
        server.engine.server.scripting.has_interpreter = true;
        ScriptedServer { server, runner: LuaRunner::new(PathBuf::from(env!("CARGO_BIN_EXE_lua-kernel"))) }
    }
}

impl Server for ScriptedServer {
    fn connect(&mut self) -> Connection {
        self.server.connect()
    }

    fn disconnect(&mut self, client: Connection) {
        self.server.disconnect(client);
    }

    fn send(&mut self, client: Connection, argv: Vec<Vec<u8>>) {
        self.server.send(client, argv);
        assert_eq!(self.runner.run(&mut self.server.engine, MAX_TIME), Progress::Done, "the script does not end");
        self.server.deliver();
    }

    fn take_received(&mut self, client: Connection) -> Vec<u8> {
        self.server.take_received(client)
    }

    fn state(&self, client: Connection) -> ClientState {
        self.server.state(client)
    }

    fn id(&self, client: Connection) -> u64 {
        self.server.id(client)
    }

    fn advance(&mut self, time: Duration) {
        self.server.advance(time);
    }

    fn allow_debug(&mut self) {
        self.server.engine.server.config.set_unchecked("enable-debug-command", b"yes");
    }

    fn advance_to_deadline(&mut self) {}
}
