"""Commands that redis-tutor's Redis does not support, for Lua, modules and cluster. Each raises an error."""


def _refuse_lua(method):
    raise NotImplementedError(
        f"redis-tutor does not run Lua, so {method}() is not available: use a transaction instead (r.pipeline() or "
        "r.transaction())."
    )


class Script:
    """A function that runs a script. Not supported by redis-tutor."""

    __module__ = "redis.commands.core"

    def __init__(self, registered_client, script):
        _refuse_lua("Script")


class ScriptCommands:
    """The commands on scripts."""

    def eval(self, script, numkeys, *keys_and_args):
        """Runs a script. Not supported by redis-tutor."""
        _refuse_lua("eval")

    def eval_ro(self, script, numkeys, *keys_and_args):
        """Runs a script that only reads. Not supported by redis-tutor."""
        _refuse_lua("eval_ro")

    def evalsha(self, sha, numkeys, *keys_and_args):
        """Runs a stored script. Not supported by redis-tutor."""
        _refuse_lua("evalsha")

    def evalsha_ro(self, sha, numkeys, *keys_and_args):
        """Runs a stored script that only reads. Not supported by redis-tutor."""
        _refuse_lua("evalsha_ro")

    def script_exists(self, *args):
        """Returns whether scripts are stored. Not supported by redis-tutor."""
        _refuse_lua("script_exists")

    def script_debug(self, *args):
        """Not implemented in redis-py."""
        raise NotImplementedError("SCRIPT DEBUG is intentionally not implemented in the client.")

    def script_flush(self, sync_type=None):
        """Deletes all stored scripts, of which there are none."""
        if sync_type not in ("SYNC", "ASYNC", None):
            from redis.exceptions import DataError

            raise DataError(
                "SCRIPT FLUSH defaults to SYNC in redis > 6.2, or accepts SYNC/ASYNC. For older versions, of redis "
                "leave as None."
            )
        return self.execute_command("SCRIPT FLUSH", *([] if sync_type is None else [sync_type]))

    def script_kill(self):
        """Stops the running script. Not supported by redis-tutor."""
        _refuse_lua("script_kill")

    def script_load(self, script):
        """Stores a script. Not supported by redis-tutor."""
        _refuse_lua("script_load")

    def register_script(self, script):
        """Returns a function that runs a script. Not supported by redis-tutor."""
        _refuse_lua("register_script")


class FunctionCommands:
    """The commands on functions."""

    def function_load(self, code, replace=False):
        """Stores a library of functions. Not supported by redis-tutor."""
        _refuse_lua("function_load")

    def function_delete(self, library):
        """Deletes a library of functions. Not supported by redis-tutor."""
        _refuse_lua("function_delete")

    def function_flush(self, mode="SYNC"):
        """Deletes all libraries, of which there are none."""
        return self.execute_command("FUNCTION FLUSH", mode)

    def function_list(self, library="*", withcode=False):
        """Returns the stored libraries. Not supported by redis-tutor."""
        _refuse_lua("function_list")

    def fcall(self, function, numkeys, *keys_and_args):
        """Calls a function. Not supported by redis-tutor."""
        _refuse_lua("fcall")

    def fcall_ro(self, function, numkeys, *keys_and_args):
        """Calls a function that only reads. Not supported by redis-tutor."""
        _refuse_lua("fcall_ro")

    def function_dump(self):
        """Returns all libraries as bytes. Not supported by redis-tutor."""
        _refuse_lua("function_dump")

    def function_restore(self, payload, policy="APPEND"):
        """Stores the result of function_dump. Not supported by redis-tutor."""
        _refuse_lua("function_restore")

    def function_kill(self):
        """Stops the running function. Not supported by redis-tutor."""
        _refuse_lua("function_kill")

    def function_stats(self):
        """Returns the running function. Not supported by redis-tutor."""
        _refuse_lua("function_stats")


def _refuse_type(method, what):
    raise NotImplementedError(f"redis-tutor supports only Redis's core data types: {method}() needs {what}.")


class RedisModuleCommands:
    """Access to the data types of modules."""

    def json(self, encoder=None, decoder=None):
        """JSON documents. Not supported by redis-tutor."""
        _refuse_type("json", "the JSON module")

    def ft(self, index_name="idx"):
        """Search. Not supported by redis-tutor."""
        _refuse_type("ft", "the search module")

    def ts(self):
        """Time series. Not supported by redis-tutor."""
        _refuse_type("ts", "the time series module")

    def bf(self):
        """Bloom filters. Not supported by redis-tutor."""
        _refuse_type("bf", "the Bloom module")

    def cf(self):
        """Cuckoo filters. Not supported by redis-tutor."""
        _refuse_type("cf", "the Bloom module")

    def cms(self):
        """Count-min sketches. Not supported by redis-tutor."""
        _refuse_type("cms", "the Bloom module")

    def topk(self):
        """Top-k lists. Not supported by redis-tutor."""
        _refuse_type("topk", "the Bloom module")

    def tdigest(self):
        """t-digests. Not supported by redis-tutor."""
        _refuse_type("tdigest", "the Bloom module")

    def vset(self):
        """Vector sets. Not supported by redis-tutor."""
        _refuse_type("vset", "vector sets")

    def cluster(self, cluster_arg, *args, **kwargs):
        """Cluster commands. Not supported by redis-tutor."""
        _refuse_type("cluster", "a cluster of servers")
