import datetime
import time
import hashlib
import uuid
import base64
import textwrap
import pprint
import logging
import enum
import dataclasses
import typing
import contextlib
import re
import string
import csv
import io
import struct
import secrets
import zlib
import pickle
import copy
import collections.abc
import abc
import urllib.parse
import html
import difflib
import sys
import os
import types
import weakref
import inspect
import traceback
import warnings
import calendar
import binascii
import hmac
import shlex
import fnmatch
import locale
import numbers
import graphlib
import queue
import threading
import sched
import timeit
import argparse
import configparser
import zoneinfo
import gzip
import bz2
import lzma
import sqlite3
import tempfile
import pathlib
import shutil
import subprocess
import socket
import http.client
import http
import urllib.request
import email.message
import xml.etree.ElementTree
import unittest
import unittest.mock
import doctest
import platform
import getpass
import signal
import ctypes
import multiprocessing
import concurrent.futures
import asyncio
import selectors
import ssl
import logging.handlers
import logging.config
import glob
import json.decoder
import decimal
import cProfile
import profile
import pstats
import tracemalloc
import gc
import atexit
import errno
import stat
import mimetypes
import ipaddress
import html.parser
import imp
import importlib
import pkgutil
import ast
import dis
import tokenize
import code
import codecs
import keyword
import token
import symtable
import cmd
import readline
import rlcompleter
import curses
import pdb
import faulthandler
import resource
import pwd
import grp
import contextvars
import reprlib
import array
import mmap
import colorsys
import wave
import plistlib
import netrc
import tomllib
import stringprep
import unicodedata
import zipfile
import tarfile
import marshal
import shelve
import dbm
import copyreg
import random
import statistics
import fractions
import cmath
import optparse
import linecache
import filecmp
import fileinput
import trace
import sysconfig
import site
import builtins
import __future__
import this
import antigravity
import nturl2path
import imaplib
import smtplib
import socketserver
import xmlrpc.client
import ftplib
import poplib
import telnetlib
import uu
import cgi
import crypt
from http import HTTPStatus, HTTPMethod
HTTPStatus.NOT_FOUND, HTTPStatus(503).phrase, HTTPStatus.IM_A_TEAPOT.value, HTTPStatus.OK.is_success, HTTPMethod.PATCH
HTTPStatus(999)
from zoneinfo import ZoneInfo
ZoneInfo('Europe/Berlin'), ZoneInfo('UTC'), str(ZoneInfo('Asia/Tokyo')), ZoneInfo('UTC') is ZoneInfo('UTC')
meeting = datetime.datetime(2024, 3, 30, 12, tzinfo=ZoneInfo('Europe/Berlin'))
meeting.isoformat(), (meeting + datetime.timedelta(days=1)).isoformat(), meeting.tzname(), meeting.dst()
meeting.astimezone(ZoneInfo('America/New_York')).isoformat(), meeting.astimezone(ZoneInfo('Asia/Kolkata')).isoformat()
datetime.datetime(2024, 10, 27, 2, 30, tzinfo=ZoneInfo('Europe/Berlin'), fold=1).utcoffset(), datetime.datetime(2050, 7, 1, tzinfo=ZoneInfo('Australia/Sydney')).utcoffset()
datetime.datetime.fromtimestamp(1_700_000_000, ZoneInfo('America/Sao_Paulo'))
ZoneInfo('Nowhere/Land')
ZoneInfo('../etc/passwd')
{'UTC', 'Europe/Paris', 'America/Los_Angeles'} <= zoneinfo.available_timezones(), len(zoneinfo.available_timezones()) > 400
signal.SIGINT, signal.Signals(15), signal.SIGTERM.name, signal.strsignal(9), signal.Handlers.SIG_IGN, len(signal.valid_signals())
signal.signal(signal.SIGTERM, lambda number, frame: print('stopping on', number))
signal.raise_signal(signal.SIGTERM)
signal.signal(signal.SIGTERM, signal.SIG_IGN) is not None, signal.raise_signal(signal.SIGTERM), signal.getsignal(signal.SIGTERM)
signal.signal(signal.SIGKILL, signal.SIG_IGN)
signal.signal(99, signal.SIG_IGN)
signal.signal(signal.SIGTERM, 'stop')
signal.getsignal(signal.SIGINT) is signal.default_int_handler
socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, socket.SOL_SOCKET, socket.timeout is TimeoutError, issubclass(socket.gaierror, OSError)
socket.gethostbyname('localhost'), socket.inet_aton('10.0.0.1'), socket.inet_ntoa(b'\x7f\0\0\1'), socket.htons(6379), socket.ntohl(1), socket.getdefaulttimeout()
socket.inet_aton('300.1.1.1')
socket.inet_pton(socket.AF_INET6, '::1'), socket.inet_ntop(socket.AF_INET, b'\n\0\0\1')
isinstance(socket.gethostname(), str) and socket.gethostname() == platform.node(), isinstance(getpass.getuser(), str), platform.system()
logging.config.dictConfig({'version': 1, 'formatters': {'short': {'format': '%(levelname)s %(name)s: %(message)s'}}, 'handlers': {'out': {'class': 'logging.StreamHandler', 'formatter': 'short', 'stream': 'ext://sys.stdout'}}, 'loggers': {'app': {'level': 'INFO', 'handlers': ['out'], 'propagate': False}}})
logging.getLogger('app').isEnabledFor(logging.INFO), len(logging.getLogger('app').handlers)
logging.config.dictConfig({'version': 1, 'handlers': {'out': {'class': 'logging.NoSuchHandler'}}, 'root': {'handlers': ['out']}})
class Kept(logging.Handler):
    def emit(self, record): print('kept', record.getMessage())

memory = logging.handlers.MemoryHandler(capacity=2, target=Kept()); buffered = logging.getLogger('buffered'); buffered.propagate = False; buffered.addHandler(memory)
buffered.warning('one'); print('nothing yet'); buffered.warning('two')
records = queue.Queue(); queued = logging.getLogger('queued'); queued.propagate = False; queued.addHandler(logging.handlers.QueueHandler(records)); queued.error('boom %d', 7); records.get().getMessage()
import select; select.select([], [], [], 0)
tempfile.gettempdir(), tempfile.gettempprefix()
ssl.CERT_REQUIRED, ssl.Purpose.SERVER_AUTH.shortname, issubclass(ssl.SSLError, OSError), sqlite3.paramstyle, issubclass(sqlite3.IntegrityError, sqlite3.DatabaseError)
subprocess.PIPE, subprocess.DEVNULL, issubclass(subprocess.CalledProcessError, subprocess.SubprocessError), subprocess.list2cmdline(['a', 'b c'])
