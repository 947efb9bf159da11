"""`luutru model`: what tells dossiers' types, what it learnt from, and which of them is in use."""

import argparse
from pathlib import Path
from typing import Any

from catalog import type_model
from catalog.access import Scope
from catalog.identifiers import DossierId
from classify.dossier_evidence import MAX_LABELLED_BYTES, Labelled, load_labelled
from classify.dossier_taxonomy import MIXED, taxonomy
from luutru import learning
from luutru.bootstrap import Archive
from luutru.commands.exit_codes import DONE
from luutru.commands.verb import Verb, opened, say, say_json
from luutru.errors import InvalidInput


def _arguments(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    train = acts.add_parser(
        "train",
        help="learn from the dossiers whose type people have confirmed; takes minutes, changes nothing",
    )
    train.add_argument(
        "--labelled",
        type=Path,
        metavar="FILE",
        help="labelled dossiers from elsewhere (JSON), beside our own",
    )
    train.add_argument(
        "--made-up", type=int, default=70, metavar="N", help="made-up dossiers of each kind (default 70)"
    )
    train.add_argument("--use", action="store_true", help="put it in use if it is no worse")
    acts.add_parser("list", help="list all models, the newest first")
    show = acts.add_parser("show", help="show a model's figures, type by type")
    show.add_argument("model", nargs="?", default="", help="its id (default: the one in use)")
    use = acts.add_parser("use", help="put a model in use; one that was in use before may always come back")
    use.add_argument("model", help=f"its id, or '{type_model.SHIPPED}'")
    acts.add_parser("types", help="list the kinds of dossier")
    label = acts.add_parser("label", help="say what type a dossier is; the next model learns from it")
    label.add_argument("dossier", help="its id")
    label.add_argument("code", help=f"code of the type; {MIXED}: several matters lie in it")


def _run(args: argparse.Namespace) -> int:
    archive, scope = opened(args)
    try:
        told = _do(archive, scope, args)
    finally:
        archive.close()
    if args.json:
        say_json(told)
    else:
        _say(args.act, told)
    return DONE


def _do(archive: Archive, scope: Scope, args: argparse.Namespace) -> dict[str, Any]:
    match args.act:
        case "train":
            return _train(archive, scope, args)
        case "use":
            with archive.register.write() as conn:
                type_model.use(conn, scope, args.model)
            return {"in_use": args.model}
        case "label":
            learning.confirm_type(archive, scope, DossierId(args.dossier), args.code)
            return {"dossier": args.dossier, "type": taxonomy().code(args.code)}
        case "types":
            return {"types": [{"code": one.code, "name": one.name} for one in taxonomy().types.values()]}
        case "show":
            return _show(archive, scope, args.model)
        case _:
            with archive.register.read() as conn:
                listed = type_model.models(conn, scope)
            current = next((one.id for one in listed if one.state == "current"), type_model.SHIPPED)
            return {"in_use": current, "models": [_plain(one) for one in listed]}


def _train(archive: Archive, scope: Scope, args: argparse.Namespace) -> dict[str, Any]:
    if not 2 <= args.made_up <= 1000:
        raise InvalidInput(f"--made-up is {args.made_up}, expected 2 to 1000")
    labelled = learning.confirmed(archive, scope) + (_read(args.labelled) if args.labelled else [])
    made = learning.learn(archive, scope, labelled, each=args.made_up)
    if args.use:
        with archive.register.write() as conn:
            type_model.use(conn, scope, made.id)
            made = type_model.find(conn, scope, made.id)
    return _plain(made)


def _read(path: Path) -> list[Labelled]:
    try:
        if path.stat().st_size > MAX_LABELLED_BYTES:
            raise InvalidInput(f"{path} has more than {MAX_LABELLED_BYTES} bytes")
        return load_labelled(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path} cannot be read: {error}") from error


def _show(archive: Archive, scope: Scope, identifier: str) -> dict[str, Any]:
    with archive.register.read() as conn:
        found = type_model.find(conn, scope, identifier) if identifier else type_model.current(conn, scope)
    if found is not None:
        return _plain(found)
    from classify.dossier_model import shipped

    return {"id": type_model.SHIPPED, "state": "current", "trained_on": 0, "about": dict(shipped().about)}


def _plain(one: type_model.TypeModel) -> dict[str, Any]:
    return {
        "id": one.id,
        "made_at": one.made_at.isoformat(),
        "actor": one.actor,
        "trained_on": one.trained_on,
        "training_sha256": one.training_sha256,
        "state": one.state,
        "object_key": one.object_key,
        "evaluation": one.evaluation,
    }


def _say(act: str, told: dict[str, Any]) -> None:
    match act:
        case "types":
            for one in told["types"]:
                say(f"{one['code']:<12} {one['name']}")
        case "use":
            say(f"in use: {told['in_use']}")
        case "label":
            say(f"{told['dossier']}: {told['type']}")
        case "list":
            say(f"in use: {told['in_use']}")
            for one in told["models"]:
                say(_line(one))
        case _:
            say(_line(told))
            evaluation = told.get("evaluation", {})
            for code, counted in evaluation.get("all_unseen", {}).get("by_type", {}).items():
                say(f"  {code:<12} " + ", ".join(f"{name} {times}" for name, times in counted.items()))


def _line(one: dict[str, Any]) -> str:
    evaluation = one.get("evaluation", {})
    tried = (
        f"tried on {evaluation['tried']} beside {evaluation['beside']}: worth {evaluation['worth']} "
        f"against {evaluation['worth_in_use']}{'; ' + evaluation['why'] if evaluation['why'] else ''}"
        if evaluation
        else ""
    )
    return f"{one['id']}  {one['state']:<9} learnt from {one['trained_on']:>5} dossiers  {tried}".rstrip()


MODEL = Verb("model", _arguments, _run)
