"""The aliases in `redis.typing`, for annotations."""

from datetime import datetime, timedelta
from typing import Any, Awaitable, Callable, Iterable, Literal, Mapping, Protocol, Type, TypeVar, Union

Number = Union[int, float]
EncodedT = Union[bytes, bytearray, memoryview]
DecodedT = Union[str, int, float]
EncodableT = Union[EncodedT, DecodedT]
AbsExpiryT = Union[int, datetime]
ExpiryT = Union[int, timedelta]
ZScoreBoundT = Union[float, str]
BitfieldOffsetT = Union[int, str]
_StringLikeT = Union[bytes, str, memoryview]
KeyT = PatternT = ChannelT = GroupT = ConsumerT = ScriptTextT = _StringLikeT
FieldT = EncodableT
KeysT = Union[KeyT, Iterable[KeyT]]
ResponseT = Union[Awaitable[Any], Any]
StreamIdT = Union[int, _StringLikeT]
TimeoutSecT = Union[int, float, _StringLikeT]
AnyKeyT = TypeVar("AnyKeyT", bytes, str, memoryview)
AnyFieldT = TypeVar("AnyFieldT", bytes, str, memoryview)
AnyChannelT = TypeVar("AnyChannelT", bytes, str, memoryview)
ExceptionMappingT = Mapping[str, Union[Type[Exception], Mapping[str, Type[Exception]]]]
PubSubHandler = Callable[[dict[str, Any]], Any]

# The types of individual replies. Programs use them only in annotations, so their exact structure does not matter.
_REPLIES = """
    ACLGetUserData ACLLogData ACLLogEntry BlockingListPopResponse BlockingZSetPopResponse BloomScanDumpResponse
    ClientTrackingInfoResponse ClusterLink ClusterLinksResponse ClusterNodeDetail ClusterShard ClusterShardsResponse
    CommandGetKeysAndFlagsEntry CommandGetKeysAndFlagsResponse GeoCoordinate GeoRadiusResponse GeoSearchItem
    GeoSearchResponse HRandFieldResponse HScanPayload HScanResponse LCSCommandResponse LCSIndexResponse LCSMatch
    LCSRange LCSResult ListMultiPopResponse ModuleListResponse ScanResponse SentinelMasterAddress SentinelMastersResponse
    SortResponse StralgoResponse StreamEntry StreamRangeResponse TimeSeriesMRangeResponse TimeSeriesMRangeSeries
    TimeSeriesNRangeResponse TimeSeriesRangeResponse TimeSeriesSample XClaimResponse XPendingRangeEntry
    XPendingRangeResponse XReadGroupClaimEntry XReadGroupResponse XReadGroupStreamResponse XReadResponse ZMPopResponse
    ZRandMemberResponse ZScanPair ZScanResponse ZSetRangeResponse ZSetScoredMembers
"""
globals().update(dict.fromkeys(_REPLIES.split(), Any))


class AsyncClientProtocol(Protocol):
    """The type of clients whose methods are awaited."""

    __module__ = "redis.typing"
    _is_async_client: Literal[True]


class SyncClientProtocol(Protocol):
    """The type of clients whose methods return values."""

    __module__ = "redis.typing"
    _is_async_client: Literal[False]


class CommandsProtocol(Protocol):
    """The type of objects that have the commands as methods."""

    __module__ = "redis.typing"

    def execute_command(self, *args, **options) -> ResponseT:
        """Sends a command."""


class ClusterCommandsProtocol(CommandsProtocol):
    """The type of clients of a cluster."""

    __module__ = "redis.typing"
