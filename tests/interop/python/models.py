"""datamodel-codegen generates pydantic models from each schema; they decode its examples."""

import importlib.util
import json
import sys
import warnings
from pathlib import Path

from datamodel_code_generator import DataModelType, InputFileType, PythonVersion, generate

from listed import check

out = Path(sys.argv[2])
out.mkdir(parents=True, exist_ok=True)
warnings.simplefilter("error")


def load(text, file):
    module = out / (Path(file).stem.replace(".", "_") + ".py")
    generate(
        text,
        input_file_type=InputFileType.JsonSchema,
        output=module,
        output_model_type=DataModelType.PydanticV2BaseModel,
        target_python_version=PythonVersion.PY_311,
        formatters=[],
        disable_timestamp=True,
    )
    spec = importlib.util.spec_from_file_location(module.stem, module)
    models = importlib.util.module_from_spec(spec)
    sys.modules[module.stem] = models
    spec.loader.exec_module(models)
    model = getattr(models, json.loads(text)["title"])
    # Strictly: a number written as text is not a number.
    return lambda example: model.model_validate_json(example, strict=True)


check(load)
