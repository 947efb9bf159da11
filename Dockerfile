# The service in a container, installed by the same script as everywhere: script/prepare.
# The base image is named in .env (BASE_IMAGE); nothing is pulled by the tests.
ARG BASE_IMAGE=debian:12-slim
FROM ${BASE_IMAGE}

WORKDIR /srv/luutru
COPY LICENSE NOTICE pyproject.toml ./
COPY requirements requirements
COPY script script
COPY luutru luutru
COPY api api
COPY ingest ingest
COPY ocr ocr
COPY classify classify
COPY review review
COPY handover handover
COPY index index
COPY paper paper
COPY catalog catalog
COPY storage storage
ARG PIP_NO_CACHE_DIR=1
RUN script/prepare server && rm -rf /var/lib/apt/lists/*

# Whoever breaks into the service does not own its code.
RUN useradd --system --home-dir /var/lib/luutru --create-home luutru \
    && install -d -o luutru -g luutru -m 700 /var/lib/luutru /var/lib/luutru-quay
USER luutru
ENV LUUTRU_HOME=/var/lib/luutru OMP_THREAD_LIMIT=1 LC_ALL=C.UTF-8
VOLUME /var/lib/luutru /var/lib/luutru-quay
EXPOSE 8000
ENTRYPOINT ["/srv/luutru/.venv/bin/luutru"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
