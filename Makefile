# Key-Net: the few commands. Nothing but Python 3.11+, make and a package index is needed.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
# One file per worker of xdist keeps a module's databases and servers in one process; in our own order (`tests/conftest.py`): the long ones first.
WORKERS ?= 2
# A shell that keeps no compiled files would have every server that a test starts compile the whole program again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test check bench faults surge lock update

help: ## この一覧
	@echo 'make の使い方:'
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 14

run: .venv/.run ## デモを起動する（http://127.0.0.1:8000/ ・ PORT=8001 make run で変更 ・ Ctrl-C で停止）
	@$(BIN)/python -m keynet_admin.supervisor

test: .venv/.dev ## すべてのテスト（SQLite と PostgreSQL、実ブラウザ）
	@bash .ci/browser
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

check: .venv/.dev ## 静的検査（書式・型・テンプレート・層の順序・マイグレーション）
	@bash .ci/check $(BIN)

bench: .venv/.dev ## 性能の測定（bench/results.json に保存して表を表示）
	@$(BIN)/python -m bench.run $(ARGS)

faults: .venv/.dev ## わざと壊す（kill -9、ディスク満杯、DB停止、複製の遅れなど）と、残るものの表
	@$(BIN)/python -m bench.faults $(ARGS)

surge: .venv/.dev ## 申請1,741件の日を、2台のWeb・運営・閲覧者100人で予行する（1台を途中で止める。ARGS="--forms 200" で小さく）
	@$(BIN)/python -m bench.desk.surge_day $(ARGS)

lock: .venv/.made ## 依存パッケージの固定リストを書き直す（.in に足したもの、消したものだけが変わる）
	@bash .ci/lock $(BIN)/python

update: .venv/.made ## 依存パッケージをすべて新しい版にする（docs/recipes.md を参照）
	@bash .ci/lock $(BIN)/python --upgrade

# Each stamp is older than its list of packages exactly when something has to be installed.
.venv/.made:
	@test -n '$(PYTHON)' || { echo 'Python 3.11 以上が見つかりません。PYTHON=/path/to/python3 make … で指定してください。' >&2; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

.venv/.run: requirements.txt .venv/.made
	$(PIP) -r requirements.txt
	@touch $@

.venv/.dev: requirements-dev.txt .venv/.made
	$(PIP) -r requirements-dev.txt
	@touch $@ .venv/.run
