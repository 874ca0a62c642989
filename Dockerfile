# syntax=docker/dockerfile:1
# The Footnote Discord bot, on CPUs only; docs/discord.md says how to build and run it.

FROM python:3.11-slim AS build

# Where pip finds PyTorch's CPU build; https://pytorch.org/get-started shows the address for Linux, Pip and CPU.
ARG TORCH_INDEX=""
RUN python -m venv /opt/footnote \
    && if [ "$(uname -m)" = x86_64 ] && [ -z "$TORCH_INDEX" ]; then \
         echo "Give --build-arg TORCH_INDEX=…, or pip fetches gigabytes of CUDA: see docs/discord.md" >&2; exit 1; \
       fi \
    && /opt/footnote/bin/pip install --no-cache-dir ${TORCH_INDEX:+--index-url "$TORCH_INDEX"} torch==2.13.0 \
    && /opt/footnote/bin/python -c "import sys, torch; sys.exit(torch.version.cuda and 'not a CPU build of PyTorch')"

WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY index index
RUN /opt/footnote/bin/pip install --no-cache-dir .


FROM python:3.11-slim

RUN useradd --system --uid 10001 --home-dir /state --create-home --shell /usr/sbin/nologin footnote
COPY --from=build /opt/footnote /opt/footnote
COPY deploy/docker.toml /etc/footnote/config.toml

ENV PATH=/opt/footnote/bin:$PATH \
    FOOTNOTE_CONFIG=/etc/footnote/config.toml \
    HOME=/state \
    PYTHONDONTWRITEBYTECODE=1

USER 10001
WORKDIR /state
VOLUME ["/state"]

# The first start builds the index, which takes minutes if there are many articles.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10m --retries=3 \
    CMD ["python", "-c", "import urllib.request as web; web.urlopen('http://127.0.0.1:9464/healthz', timeout=4)"]

ENTRYPOINT ["footnote"]
CMD ["bot", "--log-format", "json"]
