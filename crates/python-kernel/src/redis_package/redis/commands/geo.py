"""Geospatial indexes: members with a longitude and a latitude."""

from redis.exceptions import DataError

_UNITS = ("m", "km", "mi", "ft")


class GeoCommands:
    """The geospatial commands."""

    def geoadd(self, name, values, nx=False, xx=False, ch=False):
        """Adds members, given as longitude, latitude, name and so on. Returns the number of new members."""
        if nx and xx:
            raise DataError("GEOADD allows either 'nx' or 'xx', not both")
        if len(values) % 3 != 0:
            raise DataError("GEOADD requires places with lon, lat and name values")
        words = [word for given, word in ((nx, "NX"), (xx, "XX"), (ch, "CH")) if given]
        return self.execute_command("GEOADD", name, *words, *values)

    def geodist(self, name, place1, place2, unit=None):
        """Returns the distance between two members in metres or in `unit` (m, km, mi, ft), or None."""
        if unit and unit not in _UNITS:
            raise DataError("GEODIST invalid unit")
        return self.execute_command("GEODIST", name, place1, place2, *([unit] if unit else []), keys=[name])

    def geohash(self, name, *values):
        """Returns the geohash strings of members."""
        return self.execute_command("GEOHASH", name, *values, keys=[name])

    def geopos(self, name, *values):
        """Returns the (longitude, latitude) of each member, or None for a member that does not exist."""
        return self.execute_command("GEOPOS", name, *values, keys=[name])

    def georadius(
        self,
        name,
        longitude,
        latitude,
        radius,
        unit=None,
        withdist=False,
        withcoord=False,
        withhash=False,
        count=None,
        sort=None,
        store=None,
        store_dist=None,
        any=False,
    ):
        """Returns the members around a point. geosearch replaces this method."""
        around = (name, longitude, latitude, radius)
        return self._around(
            "GEORADIUS", around, unit, withdist, withcoord, withhash, count, sort, store, store_dist, any
        )

    def georadiusbymember(
        self,
        name,
        member,
        radius,
        unit=None,
        withdist=False,
        withcoord=False,
        withhash=False,
        count=None,
        sort=None,
        store=None,
        store_dist=None,
        any=False,
    ):
        """Returns the members around a member. geosearch replaces this method."""
        around = (name, member, radius)
        return self._around(
            "GEORADIUSBYMEMBER", around, unit, withdist, withcoord, withhash, count, sort, store, store_dist, any
        )

    def _around(
        self, command, around, unit, withdist, withcoord, withhash, count, sort, store, store_dist, any
    ):
        if unit and unit not in _UNITS:
            raise DataError("GEORADIUS invalid unit")
        words = [*around, unit or "m"]
        if any and count is None:
            raise DataError("``any`` can't be provided without ``count``")
        asked = ((withdist, "WITHDIST"), (withcoord, "WITHCOORD"), (withhash, "WITHHASH"))
        words += [word for given, word in asked if given]
        if count is not None:
            words += ("COUNT", count)
            if any:
                words.append("ANY")
        if sort:
            if sort not in ("ASC", "DESC"):
                raise DataError("GEORADIUS invalid sort")
            words.append(sort)
        if store and store_dist:
            raise DataError("GEORADIUS store and store_dist can't be set together")
        if store:
            words += (b"STORE", store)
        if store_dist:
            words += (b"STOREDIST", store_dist)
        return self.execute_command(
            command,
            *words,
            unit=unit,
            withdist=withdist,
            withcoord=withcoord,
            withhash=withhash,
            count=count,
            sort=sort,
            store=store,
            store_dist=store_dist,
            any=any,
        )

    def geosearch(
        self,
        name,
        member=None,
        longitude=None,
        latitude=None,
        unit="m",
        radius=None,
        width=None,
        height=None,
        sort=None,
        count=None,
        any=False,
        withcoord=False,
        withdist=False,
        withhash=False,
    ):
        """Returns the members around a member or a point, within a radius or a box."""
        asked = {"withcoord": withcoord, "withdist": withdist, "withhash": withhash, "store": None, "store_dist": None}
        return self._search(
            "GEOSEARCH",
            [name],
            member=member,
            longitude=longitude,
            latitude=latitude,
            unit=unit,
            radius=radius,
            width=width,
            height=height,
            sort=sort,
            count=count,
            any=any,
            **asked,
        )

    def geosearchstore(
        self,
        dest,
        name,
        member=None,
        longitude=None,
        latitude=None,
        unit="m",
        radius=None,
        width=None,
        height=None,
        sort=None,
        count=None,
        any=False,
        storedist=False,
    ):
        """Stores the result of geosearch, with distances as scores if `storedist`. Returns the number of members."""
        asked = dict.fromkeys(("withcoord", "withdist", "withhash", "store")) | {"store_dist": storedist}
        return self._search(
            "GEOSEARCHSTORE",
            [dest, name],
            member=member,
            longitude=longitude,
            latitude=latitude,
            unit=unit,
            radius=radius,
            width=width,
            height=height,
            sort=sort,
            count=count,
            any=any,
            **asked,
        )

    def _search(self, command, names, *, withcoord, withdist, withhash, store, store_dist, **area):
        words = _words_of_area(**area)
        asked = ((withdist, b"WITHDIST"), (withcoord, b"WITHCOORD"), (withhash, b"WITHHASH"))
        words += [word for given, word in (*asked, (store_dist, b"STOREDIST")) if given]
        return self.execute_command(
            command,
            *names,
            *words,
            **area,
            withcoord=withcoord,
            withdist=withdist,
            withhash=withhash,
            store=store,
            store_dist=store_dist,
            keys=names[-1:],
        )


def _words_of_area(member, longitude, latitude, unit, radius, width, height, sort, count, any):
    words = []
    if member is None and (longitude is None or latitude is None):
        raise DataError("GEOSEARCH must have member or longitude and latitude")
    if member:
        if longitude or latitude:
            raise DataError("GEOSEARCH member and longitude or latitude can't be set together")
        words += (b"FROMMEMBER", member)
    if longitude is not None and latitude is not None:
        words += (b"FROMLONLAT", longitude, latitude)
    if radius is None and (width is None or height is None):
        raise DataError("GEOSEARCH must have radius or width and height")
    if unit is None:
        raise DataError("GEOSEARCH must have unit")
    if unit.lower() not in _UNITS:
        raise DataError("GEOSEARCH invalid unit")
    if radius:
        if width or height:
            raise DataError("GEOSEARCH radius and width or height can't be set together")
        words += (b"BYRADIUS", radius, unit)
    if width and height:
        words += (b"BYBOX", width, height, unit)
    if sort:
        if sort.upper() not in ("ASC", "DESC"):
            raise DataError("GEOSEARCH invalid sort")
        words.append(sort.upper())
    if count:
        words += (b"COUNT", count)
        if any:
            words.append(b"ANY")
    elif any:
        raise DataError("GEOSEARCH ``any`` can't be provided without count")
    return words
