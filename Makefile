# The usual targets, in terms of meson and the scripts; ./try and ./check need not even make.
DESTDIR =
PREFIX = /usr/local
PYTHON = /usr/bin/python3

all: build/build.ninja
	ninja -C build

build/build.ninja:
	tools/setup build
	meson setup build --buildtype=release --prefix=$(PREFIX)

install: all
	DESTDIR=$(DESTDIR) meson install -C build --no-rebuild

# Removes what the last install from this folder wrote: meson keeps the list.
uninstall:
	ninja -C build uninstall

check:
	./check

check-all:
	tools/check-all

bench: all
	tools/setup build bench
	bench/run

fuzz-coverage:
	tools/setup build fuzz
	tools/fuzz-coverage

clean:
	rm -rf build build-check build-fuzz build-coverage build-memory

.PHONY: all install uninstall check check-all bench fuzz-coverage clean
