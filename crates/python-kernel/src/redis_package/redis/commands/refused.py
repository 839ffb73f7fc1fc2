"""What the tutor's engine does not have: Lua, modules, a cluster. Each method says so in a sentence."""


def _refuse_lua(method):
    raise NotImplementedError(
        f"redis-tutor runs no Lua, so {method}() is not here: a transaction (r.pipeline(), r.transaction()) does most "
        "of what such scripts are for."
    )


class ScriptCommands:
    """The commands on scripts."""

    def eval(self, script, numkeys, *keys_and_args):
        """Runs a script; not in redis-tutor."""
        _refuse_lua("eval")

    def eval_ro(self, script, numkeys, *keys_and_args):
        """Runs a script that only reads; not in redis-tutor."""
        _refuse_lua("eval_ro")

    def evalsha(self, sha, numkeys, *keys_and_args):
        """Runs a stored script; not in redis-tutor."""
        _refuse_lua("evalsha")

    def evalsha_ro(self, sha, numkeys, *keys_and_args):
        """Runs a stored script that only reads; not in redis-tutor."""
        _refuse_lua("evalsha_ro")

    def script_exists(self, *args):
        """Whether scripts are stored; not in redis-tutor."""
        _refuse_lua("script_exists")

    def script_debug(self, *args):
        """Not in redis-py."""
        raise NotImplementedError("SCRIPT DEBUG is intentionally not implemented in the client.")

    def script_flush(self, sync_type=None):
        """Forgets all stored scripts, of which there are none."""
        if sync_type not in ("SYNC", "ASYNC", None):
            from redis.exceptions import DataError

            raise DataError(
                "SCRIPT FLUSH defaults to SYNC in redis > 6.2, or accepts SYNC/ASYNC. For older versions, of redis "
                "leave as None."
            )
        return self.execute_command("SCRIPT FLUSH", *([] if sync_type is None else [sync_type]))

    def script_kill(self):
        """Ends the script that runs; not in redis-tutor."""
        _refuse_lua("script_kill")

    def script_load(self, script):
        """Stores a script; not in redis-tutor."""
        _refuse_lua("script_load")

    def register_script(self, script):
        """Gives a script as a function; not in redis-tutor."""
        _refuse_lua("register_script")


class FunctionCommands:
    """The commands on functions."""

    def function_load(self, code, replace=False):
        """Stores a library of functions; not in redis-tutor."""
        _refuse_lua("function_load")

    def function_delete(self, library):
        """Deletes a library of functions; not in redis-tutor."""
        _refuse_lua("function_delete")

    def function_flush(self, mode="SYNC"):
        """Deletes all libraries, of which there are none."""
        return self.execute_command("FUNCTION FLUSH", mode)

    def function_list(self, library="*", withcode=False):
        """The stored libraries; not in redis-tutor."""
        _refuse_lua("function_list")

    def fcall(self, function, numkeys, *keys_and_args):
        """Calls a function; not in redis-tutor."""
        _refuse_lua("fcall")

    def fcall_ro(self, function, numkeys, *keys_and_args):
        """Calls a function that only reads; not in redis-tutor."""
        _refuse_lua("fcall_ro")

    def function_dump(self):
        """All libraries as bytes; not in redis-tutor."""
        _refuse_lua("function_dump")

    def function_restore(self, payload, policy="APPEND"):
        """Stores what function_dump gave; not in redis-tutor."""
        _refuse_lua("function_restore")

    def function_kill(self):
        """Ends the function that runs; not in redis-tutor."""
        _refuse_lua("function_kill")

    def function_stats(self):
        """What function runs; not in redis-tutor."""
        _refuse_lua("function_stats")


def _refuse_type(method, what):
    raise NotImplementedError(f"redis-tutor has Redis's core data types only: {method}() needs {what}.")


class RedisModuleCommands:
    """Access to the data types of modules."""

    def json(self, encoder=None, decoder=None):
        """JSON documents; not in redis-tutor."""
        _refuse_type("json", "the JSON module")

    def ft(self, index_name="idx"):
        """Search; not in redis-tutor."""
        _refuse_type("ft", "the search module")

    def ts(self):
        """Time series; not in redis-tutor."""
        _refuse_type("ts", "the time series module")

    def bf(self):
        """Bloom filters; not in redis-tutor."""
        _refuse_type("bf", "the Bloom module")

    def cf(self):
        """Cuckoo filters; not in redis-tutor."""
        _refuse_type("cf", "the Bloom module")

    def cms(self):
        """Count-min sketches; not in redis-tutor."""
        _refuse_type("cms", "the Bloom module")

    def topk(self):
        """Top-k lists; not in redis-tutor."""
        _refuse_type("topk", "the Bloom module")

    def tdigest(self):
        """t-digests; not in redis-tutor."""
        _refuse_type("tdigest", "the Bloom module")

    def vset(self):
        """Vector sets; not in redis-tutor."""
        _refuse_type("vset", "vector sets")

    def cluster(self, cluster_arg, *args, **kwargs):
        """Commands on a cluster; not in redis-tutor."""
        _refuse_type("cluster", "a cluster of servers")
