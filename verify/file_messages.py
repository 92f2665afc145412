"""What is wrong with a file that was not taken, by code, in words a user can act on."""

from collections.abc import Mapping
from typing import NamedTuple


class Words(NamedTuple):
    zh: str
    en: str


FILE_MESSAGES: Mapping[str, Words] = {
    "empty": Words(
        "文件是空的，请重新选择。",
        "The file is empty. Please choose another.",
    ),
    "not_an_image": Words(
        "这不是图片，请选择 JPEG 或 PNG 图片。",
        "This is not a picture. Please choose a JPEG or PNG.",
    ),
    "not_a_document": Words(
        "这个文件打不开，可能已损坏。请重新导出为 PDF，或上传 JPEG、PNG 图片。",
        "This file cannot be opened; it may be broken. Please export it as a PDF anew, or choose a JPEG or PNG.",
    ),
    "unsupported_format": Words(
        "不支持这种格式，请选择 JPEG 或 PNG 图片；材料也可以是 PDF。",
        "This format is not taken. Please choose a JPEG or PNG; papers may be PDFs too.",
    ),
    "truncated": Words(
        "文件不完整，请重新拍摄或选择。",
        "The file is incomplete. Please take or choose it again.",
    ),
    "too_large": Words(
        "文件太大，或者展开后太大。请重新拍摄，或用较低的分辨率导出。",
        "The file is too large, or becomes so when it is opened. Please take it anew or export it at a lower "
        "resolution.",
    ),
    "too_small": Words(
        "图片太小，看不清，请重新拍摄。",
        "The picture is too small to be read. Please take another.",
    ),
    "too_many_pages": Words(
        "文件超过 10 页，请只上传需要的页。",
        "The file has more than 10 pages. Please upload only those that are needed.",
    ),
    "encrypted": Words(
        "文件已加密或有密码保护。请去掉密码后再上传。",
        "The file is encrypted or protected by a password. Please remove the protection and upload it again.",
    ),
    "active_content": Words(
        "文件含有脚本、附件或会自动执行的内容。请打印或另存为普通 PDF 后再上传。",
        "The file contains scripts, attachments or actions. Please print it to a plain PDF and upload that.",
    ),
    "more_than_one_format": Words(
        "文件里混有另一种格式的内容。请重新导出为一个普通的 PDF、JPEG 或 PNG。",
        "The file holds content of a second format. Please export it anew as one plain PDF, JPEG or PNG.",
    ),
}
